package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Debian's programs, unmodified, with the output that they have on Linux. */
class ApplicationsTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final List<String> PLATFORMS = List.of("linux", "kvm");

    /** A program: where it comes from, what is typed, and what must come out. */
    private record Application(String name, String source, List<String> command, String input, int status,
            String output) {
        static Application of(String name, String source, String output, String... command) {
            return new Application(name, source, List.of(command), "", 0, output);
        }

        Application typing(String text) {
            return new Application(name, source, command, text, status, output);
        }

        Application endingWith(int expected) {
            return new Application(name, source, command, input, expected, output);
        }
    }

    private static final List<Application> APPLICATIONS = List.of(
            Application.of("sqlite3 sums", "deb:sqlite3", "3\n", "sqlite3", ":memory:",
                    "create table t(a); insert into t values(1),(2); select sum(a) from t"),
            Application.of("sqlite3 keeps a file", "deb:sqlite3", "1000|500500\nok\n", "sqlite3", "/tmp/db",
                    "create table t(a); with recursive n(i) as (select 1 union all select i+1 from n where i<1000)"
                            + " insert into t select i from n; select count(*), sum(a) from t;"
                            + " pragma integrity_check"),
            Application.of("python3 sums", "deb:python3-minimal", "499999500000\n",
                    "python3", "-c", "print(sum(range(10**6)))"),
            Application.of("python3 raises", "deb:python3-minimal", "", "python3", "-c", "import sys; sys.exit(7)")
                    .endingWith(7),
            Application.of("python3 reads and writes files", "deb:python3-minimal", "12 b'hello, world'\n",
                    "python3", "-c", "import os\nf = open('/tmp/x', 'w+b')\nn = f.write(b'hello, world')\n"
                            + "f.seek(0)\nprint(n, f.read())\nos.remove('/tmp/x')"),
            Application.of("bash computes", "deb:bash", "6 a-b-c\n",
                    "bash", "-c", "i=0; for n in 1 2 3; do ((i+=n)); done; x=(a b c); IFS=-; echo $i \"${x[*]}\""),
            Application.of("bash reads", "deb:bash", "<one>\n<two>\n",
                    "bash", "-c", "while read -r line; do echo \"<$line>\"; done").typing("one\ntwo\n"),
            Application.of("gawk sums", "deb:gawk", "6\n", "gawk", "{s += $1} END {print s}").typing("1\n2\n3\n"),
            Application.of("sed edits", "deb:sed", "hexxo\n", "sed", "s/l/x/g").typing("hello\n"),
            Application.of("sort sorts", "deb:coreutils", "1\n2\n10\n", "sort", "-n").typing("10\n2\n1\n"),
            Application.of("sha256sum of nothing", "deb:coreutils",
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  -\n", "sha256sum"),
            Application.of("ls lists", "deb:coreutils", "/dev/null\n/dev/zero\n", "ls", "-1", "/dev/null", "/dev/zero"),
            Application.of("lua computes", "deb:lua5.4", "3628800\n",
                    "lua5.4", "-e", "local f = 1 for i = 2, 10 do f = f * i end print(f)"),
            Application.of("perl matches", "deb:perl-base", "b=2;a=1\n",
                    "perl", "-e", "my @p = reverse split /,/, 'a=1,b=2'; print join(';', @p), \"\\n\""),
            Application.of("busybox echoes", "deb:busybox-static", "hi\n", "busybox", "echo", "hi"),
            Application.of("a missing command is 127", "deb:busybox-static", "", "/no/such").endingWith(127),
            Application.of("a directory cannot be executed", "deb:busybox-static", "", "/etc").endingWith(126));

    @TestFactory
    Stream<DynamicNode> applications() {
        return APPLICATIONS.stream().map(application -> dynamicContainer(application.name(), PLATFORMS.stream()
                .map(platform -> dynamicTest("on " + platform, () -> check(platform, application)))));
    }

    private static void check(String platform, Application application) {
        List<String> arguments = new ArrayList<>(List.of("run", "--platform", platform, application.source(), "--"));
        arguments.addAll(application.command());
        Commands.Result result = Commands.demi(LIMIT, application.input(), arguments);
        assertEquals(application.status() + "\n" + application.output(), result.status() + "\n" + result.output(),
                result::transcript);
    }
}

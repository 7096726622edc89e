package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Thirty applets of Debian's static busybox, each with the output that Linux gives. */
class BusyboxTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private record Applet(String input, String output, List<String> command) {
        static Applet of(String input, String output, String... command) {
            return new Applet(input, output, List.of(command));
        }
    }

    private static final List<Applet> APPLETS = List.of(
            Applet.of("", "", "true"),
            Applet.of("", "a b\n", "echo", "a", "b"),
            Applet.of("x\ny\n", "x\ny\n", "cat"),
            Applet.of("b\na\n", "a\nb\n", "sort"),
            Applet.of("1\n2\n3\n", "1\n2\n", "head", "-n", "2"),
            Applet.of("1\n2\n3\n", "3\n", "tail", "-n", "1"),
            Applet.of("a b\nc\n", "        2         3         6\n", "wc"),
            Applet.of("a\na\nb\n", "a\nb\n", "uniq"),
            Applet.of("abc\n", "ABC\n", "tr", "a-z", "A-Z"),
            Applet.of("one:two\n", "two\n", "cut", "-d:", "-f2"),
            Applet.of("cat\ndog\n", "dog\n", "grep", "o"),
            Applet.of("a1\n", "b1\n", "sed", "s/a/b/"),
            Applet.of("3 4\n", "7\n", "awk", "{print $1 + $2}"),
            Applet.of("", "d41d8cd98f00b204e9800998ecf8427e  -\n", "md5sum"),
            Applet.of("", "3\n", "expr", "1", "+", "2"),
            Applet.of("", "1\n2\n3\n", "seq", "3"),
            Applet.of("", "b\n", "basename", "/a/b"),
            Applet.of("", "/a\n", "dirname", "/a/b"),
            Applet.of("", "0\n", "id", "-u"),
            Applet.of("", "Linux\n", "uname", "-s"),
            Applet.of("", "/\n", "pwd"),
            Applet.of("hi\n", "aGkK\n", "base64"),
            Applet.of("ab\n", "000000 61 62 0a\n000003\n", "od", "-An", "-tx1", "-Ax"),
            Applet.of("abc\n", "cba\n", "rev"),
            Applet.of("1\n2\n", "2\n1\n", "tac"),
            Applet.of("", "", "mkdir", "-p", "/tmp/a/b/c"),
            Applet.of("", "", "touch", "/tmp/file"),
            Applet.of("", "", "dd", "if=/dev/zero", "of=/tmp/z", "bs=4096", "count=100"),
            Applet.of("abc", "3\n", "sh", "-c", "read x; echo ${#x}"),
            Applet.of("", "x=1\n", "env", "-i", "x=1"),
            Applet.of("", "Hello 5\n", "printf", "%s %d\\n", "Hello", "5"),
            Applet.of("a\nb\n", "a b\n", "xargs"));

    @TestFactory
    Stream<DynamicNode> applets() {
        assertTrue(APPLETS.size() >= 30);
        return APPLETS.stream().flatMap(applet -> Stream.of("linux", "kvm").map(platform ->
                dynamicTest(String.join(" ", applet.command()) + " on " + platform, () -> check(platform, applet))));
    }

    private static void check(String platform, Applet applet) {
        List<String> arguments = new ArrayList<>(
                List.of("run", "--platform", platform, "deb:busybox-static", "--", "busybox"));
        arguments.addAll(applet.command());
        Commands.Result result = Commands.demi(LIMIT, applet.input(), arguments);
        assertEquals("0\n" + applet.output(), result.status() + "\n" + result.output(), result::transcript);
    }
}

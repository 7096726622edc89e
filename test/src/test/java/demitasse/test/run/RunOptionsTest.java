package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What those who run the tests of others need of {@code demi run}: time limits, a place for files, a writable root. */
class RunOptionsTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String SOURCE = "deb:busybox-static";

    /** Shorter than the sleep, which nothing else interrupts. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void timeoutEndsAnInstanceThatSleeps(String platform) {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--timeout", "1",
                SOURCE, "--", "busybox", "sleep", "1000"));
        assertEquals(124, result.status(), result.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void timeoutEndsAnInstanceThatComputes(String platform) {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--timeout", "1",
                SOURCE, "--", "busybox", "sh", "-c", "while :; do :; done"));
        assertEquals(124, result.status(), result.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void tmpfsHasItsSizeAndTheRootIsWritable(String platform) {
        String script = "busybox dd if=/dev/zero of=/mnt/x bs=1k count=2000 2> /dev/null; busybox stat -c %s /mnt/x; "
                + "echo written > /file && busybox cat /file";
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--tmpfs",
                "/mnt:size=1M", SOURCE, "--", "busybox", "sh", "-c", script));
        assertEquals("1048576\nwritten\n", result.output(), result.transcript());
    }

    /** As container engines do; and a user whose number needs all bits may enter it. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void workingDirectoryThatIsMissingIsMade(String platform) {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--user",
                "4294967294:4294967293", "-w", "/a/b/c", SOURCE, "--", "busybox", "sh", "-c",
                "busybox pwd; busybox stat -c '%u %a' .; busybox id -u; busybox id -g"));
        assertEquals("/a/b/c\n0 755\n4294967294\n4294967293\n", result.output(), result.transcript());
    }

    /** Its init takes no signal, adopts the sleep whose parent ends, and forgets it; the status is the program's. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void programOfAPackageHasAnInitAboveIt(String platform) {
        String script = "echo $$ $PPID; kill -9 1; busybox cat /proc/1/comm; busybox readlink /proc/1/root; "
                + "busybox awk '/State/ {print $2}' /proc/1/status; (busybox sleep 100 & echo $! > /orphan); "
                + "orphan=$(busybox cat /orphan); busybox awk '/PPid/ {print $2}' /proc/$orphan/status; "
                + "kill $orphan; while busybox test -e /proc/$orphan; do busybox sleep 0.1; done; "
                + "echo forgotten; exit 7";
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, SOURCE, "--",
                "busybox", "sh", "-c", script));
        assertEquals("2 1\ninit\n/\nS\n1\nforgotten\n", result.output(), result.transcript());
        assertEquals(7, result.status(), result.transcript());
    }

    @ParameterizedTest
    @CsvSource({"--init=no, 1 0", "--init=yes, 2 1", "--init, 2 1"})
    void initIsTheUsersToChoose(String option, String numbers) {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", option, SOURCE, "--", "busybox", "sh", "-c",
                "echo $$ $PPID"));
        assertEquals(numbers + "\n", result.output(), result.transcript());
    }

    @Test
    void noOtherInitIsKnown() {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--init=maybe", SOURCE, "--", "busybox",
                "true"));
        assertEquals("demi: --init is yes or no, not 'maybe'\n", result.errors(), result.transcript());
        assertEquals(125, result.status(), result.transcript());
    }

    /** Such a root is the image's fault: the sentence names the place. */
    @ParameterizedTest
    @CsvSource({"linux, proc", "linux, dev", "linux, sys", "kvm, proc"})
    void rootWhereAFileStandsInAMountsPlaceIsASentence(String platform, String name, @TempDir Path root)
            throws IOException {
        Files.writeString(root.resolve(name), "not a directory\n");
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, root.toString(),
                "--", "/program"));
        assertEquals("demitasse: /" + name + ": has to be a directory in the root file system, and is something else\n",
                result.errors(), result.transcript());
        assertEquals(125, result.status(), result.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void rootWhoseProcLeadsNowhereIsASentence(String platform, @TempDir Path root) throws IOException {
        Files.createSymbolicLink(root.resolve("proc"), Path.of("/nowhere"));
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, root.toString(),
                "--", "/program"));
        assertEquals("demitasse: /proc: has to be a directory in the root file system, and is something else\n",
                result.errors(), result.transcript());
        assertEquals(125, result.status(), result.transcript());
    }

    /** Of a script and of a program; 127, as a shell has it for what it does not find. */
    @ParameterizedTest
    @CsvSource({"linux, script, /bin/no-shell", "kvm, script, /bin/no-shell",
        "linux, program, /lib64/ld-linux-x86-64.so.2", "kvm, program, /lib64/ld-linux-x86-64.so.2"})
    void interpreterThatIsNotThereIsNamed(String platform, String name, String interpreter, @TempDir Path root)
            throws IOException {
        Path program = root.resolve(name);
        if (name.equals("script")) {
            Files.writeString(program, "#!" + interpreter + "\n");
        } else {
            Files.copy(Path.of("/bin/true"), program);
        }
        assertTrue(program.toFile().setExecutable(true));
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, root.toString(),
                "--", "/" + name));
        assertEquals("demitasse: /" + name + ": its interpreter " + interpreter + " was not found\n",
                result.errors(), result.transcript());
        assertEquals(127, result.status(), result.transcript());
    }
}

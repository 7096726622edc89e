package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code demi run} between the user's terminal and the program: settings, size, keys and signals. */
class TerminalTest {
    /** Waiting in short pieces: a shell runs a trap only between two commands. */
    private static final String WAIT = "; echo ready; while :; do busybox sleep 0.1; done";
    private static final int ENDING_MS = 50;
    private static final int ENDING_MS_MAX = 60_000;
    private static final List<String> SIGNALS = List.of("TERM", "HUP", "INT", "QUIT", "USR1", "USR2");

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void terminalIsRawWhileTheProgramRunsAndThenAsBefore(String platform) throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal()) {
            terminal.resize(30, 100);
            byte[] before = terminal.settings();
            assertFalse(terminal.isRaw());
            try (Interaction run = Interaction.on(terminal, shell(platform,
                    "trap 'busybox stty size' WINCH; busybox stty size; echo name?; read n; echo \"<$n>\"" + WAIT))) {
                run.expect("30 100\r\n");
                assertTrue(terminal.isRaw());
                run.expect("name?\r\n");
                terminal.type("abd\177c\r");
                run.expect("<abc>\r\n");
                run.expect("ready\r\n");
                terminal.resize(40, 120);
                run.expect("40 120\r\n");
                terminal.type("\003");
                assertEquals(130, run.end(), run::text);
            }
            assertArrayEquals(before, terminal.settings());
        }
    }

    @ParameterizedTest
    @CsvSource({"linux, TERM, 143", "linux, HUP, 129", "kvm, TERM, 143", "kvm, HUP, 129"})
    void terminalIsAsBeforeAfterASignal(String platform, String signal, int status) throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal()) {
            byte[] before = terminal.settings();
            try (Interaction run = Interaction.on(terminal, shell(platform, ":" + WAIT))) {
                run.expect("ready\r\n");
                run.signal(signal);
                assertEquals(status, run.end(), run::text);
            }
            assertArrayEquals(before, terminal.settings());
        }
    }

    @ParameterizedTest
    @CsvSource({"linux, true", "linux, false", "kvm, true", "kvm, false"})
    void signalsOfTheHostAreTheProgramsToHandle(String platform, boolean onTerminal) throws Exception {
        StringBuilder script = new StringBuilder("trap 'exit 7' WINCH");
        for (String signal : SIGNALS) {
            script.append("; trap 'echo got ").append(signal).append("' ").append(signal);
        }
        List<String> command = shell(platform, script + WAIT);
        try (PseudoTerminal terminal = onTerminal ? new PseudoTerminal() : null;
                Interaction run = onTerminal ? Interaction.on(terminal, command) : Interaction.onPipes(command)) {
            run.expect("ready");
            for (String signal : SIGNALS) {
                run.signal(signal);
                run.expect("got " + signal);
            }
            if (onTerminal) {
                terminal.resize(10, 20);
            } else {
                run.signal("WINCH");
            }
            assertEquals(7, run.end(), run::text);
        }
    }

    /** nohup(1); on a terminal the whole group hears of a hang-up, and not from us. */
    @ParameterizedTest
    @CsvSource({"linux, true", "linux, false", "kvm, true", "kvm, false"})
    void hangUpThatIsIgnoredFromTheStartEndsNothing(String platform, boolean onTerminal) throws Exception {
        List<String> ignoring = List.of("env", "--ignore-signal=HUP");
        List<String> command = shell(platform, "trap 'echo hung up' HUP; trap 'echo alive' USR1" + WAIT);
        try (PseudoTerminal terminal = onTerminal ? new PseudoTerminal() : null;
                Interaction run = onTerminal ? Interaction.on(terminal, ignoring, command)
                        : Interaction.onPipes(ignoring, command)) {
            run.expect("ready");
            if (onTerminal) {
                run.signalGroup("HUP");
            } else {
                run.signal("HUP");
            }
            run.signal("USR1");
            run.expect("alive");
            run.signal("TERM");
            assertEquals(143, run.end(), run::text);
            assertFalse(run.text().contains("hung up"), run::text);
        }
    }

    /** On linux the shell has a host process of its own by then, which is not the one that the signal comes to. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void signalInterruptsAProgramThatComputesAfterManyOthersRan(String platform) throws Exception {
        String big = "busybox awk 'BEGIN { for (i = 0; i < 20000; i++) a[i] = i; print a[7] }'";
        try (Interaction run = Interaction.onPipes(shell(platform, "trap 'echo caught; exit 7' TERM; "
                + "for i in 1 2 3 4 5 6 7 8; do " + big + "; done; echo ready; while :; do :; done"))) {
            run.expect("ready");
            run.signal("TERM");
            run.expect("caught");
            assertEquals(7, run.end(), run::text);
        }
    }

    /** SIGKILL leaves demi no time to end anything. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void instanceEndsWithDemi(String platform) throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal();
                Interaction run = Interaction.on(terminal, shell(platform, ":" + WAIT))) {
            run.expect("ready\r\n");
            List<ProcessHandle> instance = run.descendants();
            assertFalse(instance.isEmpty());
            run.signal("KILL");
            assertEquals(137, run.end());
            for (ProcessHandle process : instance) {
                for (int i = 0; !hasEnded(process.pid()); i++) {
                    assertTrue(i < ENDING_MS_MAX / ENDING_MS, "still there: " + process.info());
                    Thread.sleep(ENDING_MS);
                }
            }
        }
    }

    /** Also when nobody has taken its exit status yet: proc_pid_stat(5), the state behind the name. */
    private static boolean hasEnded(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return true;
        }
    }

    /** Nothing but the kernel itself could add what a raw terminal needs to begin a line at its left. */
    @ParameterizedTest
    @CsvSource({"linux, /no/such, 127, demitasse: /no/such: ", "linux, --strace, 0, exit_group(0)",
        "linux, --kernel=panic=reason, 125, demitasse panic: ", "kvm, /no/such, 127, demitasse: /no/such: ",
        "kvm, --strace, 0, exit_group(0)", "kvm, --kernel=panic=reason, 125, demitasse panic: "})
    void linesOfTheKernelBeginAtTheLeft(String platform, String word, int status, String part) throws Exception {
        boolean isOption = word.startsWith("--");
        List<String> command = new ArrayList<>(List.of("run", "--platform", platform));
        command.addAll(isOption ? List.of(word, "deb:busybox-static", "--", "busybox", "true")
                : List.of("deb:busybox-static", "--", word));
        try (PseudoTerminal terminal = new PseudoTerminal();
                Interaction run = Interaction.on(terminal, command)) {
            run.expect(part);
            assertEquals(status, run.end(), run::text);
            run.expectEnd();
            assertEquals("", run.text().replace("\r\n", "").replaceAll("[^\n]", ""), run::text);
        }
    }

    private static List<String> shell(String platform, String script) {
        return List.of("run", "--platform", platform, "deb:busybox-static", "--", "busybox", "sh",
                "-c", script);
    }
}

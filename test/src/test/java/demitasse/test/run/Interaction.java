package demitasse.test.run;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A run of {@code ./demi} that is talked to, on a terminal of its own or on pipes. */
final class Interaction implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** What the tests' own parent ignores, as nohup(1) does, all that they start would ignore too: signal(7). */
    private static final List<String> IGNORING_NOTHING = List.of("env", "--default-signal");

    private interface Screen {
        /** Empty at the end. */
        String read() throws IOException;
    }

    private final Process process;
    private final Thread reader;
    private final StringBuilder seen = new StringBuilder();
    private int expected;

    private Interaction(Process process, Screen screen) {
        this.process = process;
        reader = new Thread(() -> read(screen), "screen");
        reader.setDaemon(true);
        reader.start();
    }

    /** In a session whose terminal this is. */
    static Interaction on(PseudoTerminal terminal, List<String> arguments) throws IOException {
        return on(terminal, List.of(), arguments);
    }

    /** Behind words that become {@code demi}. */
    static Interaction on(PseudoTerminal terminal, List<String> prefix, List<String> arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("setsid", "--ctty"));
        words.addAll(prefix);
        List<String> command = demi(words, arguments);
        File device = terminal.device().toFile();
        Process process = new ProcessBuilder(command).redirectInput(device).redirectOutput(device)
                .redirectError(device).start();
        return new Interaction(process, terminal::read);
    }

    static Interaction onPipes(List<String> arguments) throws IOException {
        return onPipes(List.of(), arguments);
    }

    /** Behind words that become {@code demi}, as those of ip-netns(8). */
    static Interaction onPipes(List<String> prefix, List<String> arguments) throws IOException {
        List<String> command = demi(prefix, arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        InputStream output = process.getInputStream();
        return new Interaction(process, () -> {
            byte[] bytes = new byte[1 << 12];
            int count = output.read(bytes);
            return count < 0 ? "" : new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
        });
    }

    /** Waits until this text comes, behind what was waited for before. */
    synchronized void expect(String text) throws InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (seen.indexOf(text, expected) < 0) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0 || !reader.isAlive()) {
                throw new AssertionError("'" + text + "' did not come; all that came was:\n" + seen);
            }
            wait(Math.min(leftMs, 1_000));
        }
        expected = seen.indexOf(text, expected) + text.length();
    }

    /** Of the process that the user has started. */
    long pid() {
        return process.pid();
    }

    /** What that process has started and still runs. */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** kill(1) to the process that the user has started. */
    void signal(String name) {
        signal(name, process.pid());
    }

    /** As a terminal sends its signals, which the user's process has for itself. */
    void signalGroup(String name) {
        signal(name, -process.pid());
    }

    private void signal(String name, long receiver) {
        Commands.Result result = Commands.run(LIMIT, "", List.of("sh", "-c", "kill -s " + name + " -- " + receiver));
        if (result.status() != 0) {
            throw new AssertionError("SIG" + name + " could not be sent: " + result.transcript() + text());
        }
    }

    /** The exit status. */
    int end() throws InterruptedException {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("it has not ended; what came was:\n" + text());
        }
        return process.exitValue();
    }

    /** Waits until all has come that was written. */
    void expectEnd() throws InterruptedException {
        reader.join(LIMIT.toMillis());
    }

    synchronized String text() {
        return seen.toString();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static List<String> demi(List<String> prefix, List<String> arguments) {
        List<String> command = new ArrayList<>(IGNORING_NOTHING);
        command.addAll(prefix);
        command.add(Commands.root().resolve("demi").toString());
        command.addAll(arguments);
        return command;
    }

    private void read(Screen screen) {
        try {
            for (String text = screen.read(); !text.isEmpty(); text = screen.read()) {
                synchronized (this) {
                    seen.append(text);
                    notifyAll();
                }
            }
        } catch (IOException e) {
            synchronized (this) {
                seen.append("(").append(e).append(")");
            }
        }
    }
}

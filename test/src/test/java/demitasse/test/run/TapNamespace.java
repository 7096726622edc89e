package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A network of its own on this host, ip-netns(8), with a tap device in it; both go with it. */
final class TapNamespace implements AutoCloseable {
    static final String TAP = "tap0";
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private final String name;

    private TapNamespace(String name) {
        this.name = name;
    }

    /** Skips the test, with the reason, where none can be made. */
    static void require() {
        String reason = !"root".equals(System.getProperty("user.name"))
                ? "only root can make a network namespace with a tap device"
                : !Files.isWritable(Path.of("/dev/net/tun")) ? "this host has no /dev/net/tun" : "";
        if (!reason.isEmpty()) {
            System.out.println("a test of the network is skipped: " + reason);
            abort(reason);
        }
    }

    static TapNamespace open(String... addresses) {
        TapNamespace made = empty();
        made.ip("tuntap", "add", TAP, "mode", "tap");
        for (String address : addresses) {
            List<String> words = new ArrayList<>(List.of("addr", "add", address, "dev", TAP));
            // Otherwise it could not be used at once.
            words.addAll(address.indexOf(':') < 0 ? List.of() : List.of("nodad"));
            made.ip(words.toArray(new String[0]));
        }
        made.ip("link", "set", TAP, "up");
        return made;
    }

    /** Without a device but lo. */
    static TapNamespace empty() {
        require();
        String name = "demi-test-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
        check(List.of("ip", "netns", "add", name));
        TapNamespace made = new TapNamespace(name);
        made.ip("link", "set", "lo", "up");
        return made;
    }

    /** The words before a command that is to run in it. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** What a command says that must go well. */
    String run(String... command) {
        List<String> whole = new ArrayList<>(prefix());
        whole.addAll(List.of(command));
        return check(whole);
    }

    /** Begins something that the caller ends. */
    Process start(String... command) throws IOException {
        List<String> whole = new ArrayList<>(prefix());
        whole.addAll(List.of(command));
        return new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    Commands.Result attempt(String... command) {
        List<String> whole = new ArrayList<>(prefix());
        whole.addAll(List.of(command));
        return Commands.run(LIMIT, "", whole);
    }

    private void ip(String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(words));
        check(command);
    }

    private static String check(List<String> command) {
        Commands.Result result = Commands.run(LIMIT, "", command);
        assertEquals(0, result.status(), () -> command + ": " + result.transcript());
        return result.output();
    }

    @Override
    public void close() {
        check(List.of("ip", "netns", "del", name));
    }
}

package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import demitasse.alloc.Pages;
import demitasse.machine.Clock;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our stack, on HotSpot and in real time, against that of the host's Linux in a namespace, through a TAP whose wire
 * loses, repeats, reorders, delays and damages frames from a seed. What netem would do is done by {@link Wire}: kernels
 * often lack netem, and this is repeatable.
 */
class LinuxInteropTest {
    private static final String NAMESPACE = "demi-interop-" + ProcessHandle.current().pid();
    private static final String TAP = "dmi" + ProcessHandle.current().pid() % 1_000_000_000;
    private static final long MS = 1_000_000;
    private static final long LIMIT_NS = 30_000 * MS;
    private static final int RAM_BYTES = 96 << 20;
    private static final int BYTES = 1 << 20;
    private static final int OUR_PORT = 7;
    private static final long NETWORK = 0xfd77_0000_0000_0000L;

    private static LinuxTap tap;
    private static Process peer;
    private static OutputStream toPeer;

    private Timers timers;
    private NetStack stack;
    private Wire outgoing;
    private Wire incoming;

    private final class Device extends TestStack {
        Device(Clock clock) {
            super(0x77, new Pages(new TestMemory(RAM_BYTES)), clock, new Random(System.nanoTime()));
        }

        @Override
        protected byte[] arrives() {
            return incoming.take(System.nanoTime());
        }

        @Override
        protected void leaves(byte[] frame) {
            outgoing.put(frame, System.nanoTime());
        }
    }

    @BeforeAll
    static void makeNamespace() throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name")) || !Files.isWritable(Path.of("/dev/net/tun"))) {
            System.out.println("LinuxInteropTest is skipped: it needs root and /dev/net/tun");
            abort("needs root and /dev/net/tun");
        }
        command("ip", "netns", "add", NAMESPACE);
        tap = new LinuxTap(TAP);
        command("ip", "link", "set", TAP, "netns", NAMESPACE);
        inside("ip", "addr", "add", "10.77.0.2/24", "dev", TAP);
        inside("ip", "addr", "add", "fd77::2/64", "dev", TAP, "nodad");
        inside("ip", "link", "set", TAP, "up");
        peer = new ProcessBuilder("ip", "netns", "exec", NAMESPACE, ProcessHandle.current().info().command().get(),
                "-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                LinuxPeer.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        toPeer = peer.getOutputStream();
        assertEquals("ready", new BufferedReader(new InputStreamReader(peer.getInputStream())).readLine());
    }

    @AfterAll
    static void removeNamespace() throws IOException, InterruptedException {
        if (tap != null) {
            peer.destroyForcibly().waitFor();
            tap.close();
            command("ip", "netns", "delete", NAMESPACE);
        }
    }

    /** In thousandths: lost, repeated, reordered, damaged; then the delay of each way. */
    @ParameterizedTest
    @CsvSource({"true,0,0,0,0,1", "true,10,0,0,0,5", "true,0,20,100,0,5", "true,30,20,50,5,5", "false,0,0,0,0,1",
        "false,30,20,50,5,5"})
    void everyByteReturns(boolean ipv4, int lost, int repeated, int reordered, int damaged, long delayMs)
            throws IOException {
        long seed = Long.getLong("seed", 1);
        begin(seed, new Wire.Spec(lost, repeated, reordered, damaged, delayMs * MS));
        // We call Linux.
        Binding binding = any(ipv4, 0);
        TcpConnection ours = stack.tcp.create();
        ours.setUser(events -> { });
        assertEquals(0, stack.tcp.connect(ours, binding, ipv4 ? 0 : NETWORK, ipv4 ? Ip.mapped(0x0a4d_0002) : 2,
                LinuxPeer.PORT, 0));
        echo(ours, seed);
        // Linux calls us.
        Binding listening = any(ipv4, OUR_PORT);
        stack.tcp.ports.add(listening);
        TcpListener listener = stack.tcp.listen(stack.tcp.create(), listening, 8, events -> { });
        toPeer.write(((ipv4 ? "10.77.0.1" : "fd77::1") + " " + OUR_PORT + "\n").getBytes(StandardCharsets.US_ASCII));
        toPeer.flush();
        TcpConnection[] accepted = {null};
        assertTrue(run(() -> (accepted[0] = listener.accept()) != null), "Linux does not come, seed " + seed);
        accepted[0].setUser(events -> { });
        echo(accepted[0], seed);
        assertEquals(damaged > 0, stack.tcp.counters.badChecksums > 0, "bad checksums");
        stack.tcp.close(listener);
    }

    private void echo(TcpConnection connection, long seed) {
        int[] moved = {0, 0};
        long startNs = System.nanoTime();
        assertTrue(run(() -> {
            moved[0] = Stream.write(connection, moved[0], BYTES);
            if (moved[0] == BYTES && connection.sendError() == 0) {
                connection.shutdownWrite();
            }
            moved[1] = Stream.read(connection, moved[1]);
            return connection.isEndOfInput() && connection.readable() == 0;
        }), () -> "sent " + moved[0] + ", got " + moved[1] + " bytes with seed " + seed);
        assertEquals(BYTES, moved[1], "bytes came back, seed " + seed);
        System.out.println(BYTES + " bytes there and back in " + (System.nanoTime() - startNs) / MS + " ms, "
                + stack.tcp.counters.retransmitted + " segments sent again, " + outgoing.dataLost + " lost");
        connection.close(false);
        assertTrue(run(() -> connection.isGone() || stack.tcp.timeWaits() > 0), "the end is agreed on");
    }

    private void begin(long seed, Wire.Spec spec) {
        outgoing = new Wire(spec, seed);
        incoming = new Wire(spec, seed + 1);
        Clock clock = new Clock() {
            @Override
            public long monotonicNs() {
                return System.nanoTime();
            }

            @Override
            public long realtimeNs() {
                return System.currentTimeMillis() * MS;
            }

            @Override
            public void setRealtime(long nowNs) {
                throw new UnsupportedOperationException("the host's clock");
            }
        };
        Device device = new Device(clock);
        timers = device.timers;
        stack = device.stack;
        stack.routes.addAddress(device.eth0, 0, Ip.mapped(0x0a4d_0001), 96 + 24);
        stack.routes.addAddress(device.eth0, NETWORK, 1, 64);
        // What is left from before is not ours.
        while (tap.read() != null) {
            Thread.onSpinWait();
        }
    }

    private static Binding any(boolean ipv4, int port) {
        Binding binding = new Binding();
        binding.low = ipv4 ? Ip.MAPPED : 0;
        binding.port = port;
        binding.takesIpv4 = ipv4;
        binding.takesIpv6 = !ipv4;
        return binding;
    }

    /** Works until the condition holds; false when it takes too long. */
    private boolean run(BooleanSupplier done) {
        long endNs = System.nanoTime() + LIMIT_NS;
        while (System.nanoTime() < endNs) {
            long nowNs = System.nanoTime();
            for (byte[] frame = tap.read(); frame != null; frame = tap.read()) {
                incoming.put(frame, nowNs);
            }
            for (byte[] frame = outgoing.take(nowNs); frame != null; frame = outgoing.take(nowNs)) {
                tap.write(frame);
            }
            timers.expire(nowNs, 100);
            int worked = stack.poll(64);
            if (done.getAsBoolean()) {
                return true;
            }
            if (worked == 0) {
                long nextNs = Math.min(timers.nextDeadlineNs(), Math.min(incoming.nextNs(), outgoing.nextNs()));
                LinuxTap.await(Math.max(0, Math.min(endNs, nextNs) - System.nanoTime()), tap);
            }
        }
        return false;
    }

    private static void inside(String... words) throws IOException, InterruptedException {
        String[] all = new String[words.length + 4];
        System.arraycopy(new String[] {"ip", "netns", "exec", NAMESPACE}, 0, all, 0, 4);
        System.arraycopy(words, 0, all, 4, words.length);
        command(all);
    }

    private static void command(String... words) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(words).inheritIO().start().waitFor(), String.join(" ", words));
    }
}

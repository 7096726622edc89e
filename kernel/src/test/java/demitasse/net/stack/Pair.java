package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.net.ip.Binding;
import demitasse.net.ip.Notified;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.wire.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Two stacks with a good wire between them, on which a test may look at frames, change or lose them. */
final class Pair {
    private static final long STEP_NS = 1_000_000;

    final LoneStack a = new LoneStack();
    final LoneStack b = new LoneStack(2, a.pages);
    /** Gets every frame, and gives the one that arrives; null for none. */
    UnaryOperator<byte[]> wire = frame -> frame;
    /** Of {@code b}, after {@link #connect}. */
    TcpListener listener;
    /** Who listens at {@code b}. */
    Notified program = events -> { };

    /** Gives both an address and lets {@code a} call {@code b}, which has yet to accept; returns its end. */
    TcpConnection connect(int port) {
        a.stack.routes.addAddress(a.eth0, 0, LoneStack.ipv4(1), 96 + 24);
        b.stack.routes.addAddress(b.eth0, 0, LoneStack.ipv4(2), 96 + 24);
        Binding server = binding(port);
        b.stack.tcp.ports.add(server);
        listener = b.stack.tcp.listen(b.stack.tcp.create(), server, 1, program);
        TcpConnection connection = a.stack.tcp.create();
        connection.setUser(events -> { });
        assertEquals(0, a.stack.tcp.connect(connection, binding(0), 0, LoneStack.ipv4(2), port, 0));
        pass(10 * STEP_NS);
        assertEquals(0, connection.sendError());
        return connection;
    }

    private static Binding binding(int port) {
        Binding binding = new Binding();
        binding.low = Ip.MAPPED;
        binding.port = port;
        binding.takesIpv4 = true;
        return binding;
    }

    /** Lets both work as long as time takes, and what they do without it. */
    void pass(long ns) {
        for (long left = ns; left >= 0; left -= STEP_NS) {
            while (!a.sent.isEmpty() || !b.sent.isEmpty()) {
                carry(a, b);
                carry(b, a);
            }
            a.pass(STEP_NS);
            b.pass(STEP_NS);
        }
    }

    private void carry(LoneStack from, LoneStack to) {
        List<byte[]> frames = new ArrayList<>(from.sent);
        from.sent.clear();
        for (byte[] frame : frames) {
            byte[] arriving = wire.apply(frame);
            if (arriving != null) {
                to.receive(arriving);
            }
        }
        from.stack.poll(100);
    }
}

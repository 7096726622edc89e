package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.tcp.TcpConnection;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections when routes change. */
class ChangedWayTest {
    private static final int PORT = 7;
    private static final long GATEWAY_MAC = 0x0200_0000_0009L;
    private static final byte[] GATEWAY = {2, 0, 0, 0, 0, 9};
    private static final long STEP_NS = 10_000_000;

    private final Pair pair = new Pair();
    private boolean seen;

    /** Else its acknowledgements go to a router that is gone, and the peer never hears of what it has sent. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoOnlyReceivesFindsTheNewWay(boolean shutsWriting) {
        TcpConnection near = pair.connect(PORT);
        TcpConnection far = pair.listener.accept();
        far.setUser(events -> { });
        if (shutsWriting) {
            far.shutdownWrite();
            pair.pass(STEP_NS);
        }
        pair.wire = frame -> {
            seen |= Arrays.equals(GATEWAY, Arrays.copyOf(frame, GATEWAY.length));
            return frame;
        };
        int sent = Stream.write(near, 0, 100);
        pair.pass(STEP_NS);
        assertFalse(seen);
        pair.b.stack.routes.addRoute(0, LoneStack.ipv4(1), 128, 0, LoneStack.ipv4(9), pair.b.eth0);
        pair.b.eth0.link.heard(0, LoneStack.ipv4(9), GATEWAY_MAC, true, 0);
        Stream.write(near, sent, 200);
        pair.pass(10 * STEP_NS);
        assertTrue(seen, "an acknowledgement by the gateway");
    }
}

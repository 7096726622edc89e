package demitasse.net.stack;

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

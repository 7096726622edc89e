package demitasse.tools.vmm;

import java.util.function.IntConsumer;

import sun.misc.Signal;

/** The signals that are the program's, not the tool's. */
final class Signals {
    private static final String[] FORWARDED = {"INT", "TERM", "HUP", "USR1", "USR2", "WINCH"};

    private Signals() {
    }

    /**
     * Hands each further signal's number to the receiver. SIGQUIT is not among them: HotSpot keeps it for
     * itself. Where this process becomes the kernel (see {@link LinuxProcess}), SIGQUIT arrives as well.
     */
    static void forward(IntConsumer receiver) {
        for (String name : FORWARDED) {
            try {
                Signal.handle(new Signal(name), signal -> receiver.accept(signal.getNumber()));
            } catch (IllegalArgumentException e) {
                // Ignored by whoever started us (nohup), or kept by this Java: then it is not for the program
                // either.
                continue;
            }
        }
    }
}

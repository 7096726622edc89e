package demitasse.tools.vmm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntConsumer;

import sun.misc.Signal;

/** The signals that are the program's, not the tool's. */
final class Signals {
    private static final int SIGQUIT = 3;
    private static final String[] FORWARDED = {"INT", "TERM", "HUP", "USR1", "USR2", "WINCH"};

    private Signals() {
    }

    /** Hands each further signal's number to the receiver. */
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
        forwardQuit(receiver);
    }

    /**
     * HotSpot keeps SIGQUIT for itself, to print what its threads do amid the program's output, so that signal takes
     * another way. The launcher holds the descriptor free that this needs.
     */
    private static void forwardQuit(IntConsumer receiver) {
        if (!isHeldFree(SIGQUIT) || !LibC.countSignal(SIGQUIT)) {
            return;
        }
        Thread thread = new Thread(() -> {
            while (LibC.awaitSignal(SIGQUIT)) {
                receiver.accept(SIGQUIT);
            }
        }, "SIGQUIT");
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean isHeldFree(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).equals(Path.of("/dev/null"));
        } catch (IOException e) {
            return false;
        }
    }
}

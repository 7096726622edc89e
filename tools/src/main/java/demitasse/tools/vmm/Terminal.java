package demitasse.tools.vmm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The user's terminal, if standard input, output or error is one. */
public final class Terminal {
    private Terminal() {
    }

    /** Which of the descriptors 0, 1 and 2 are a terminal. */
    public static List<Integer> descriptors() {
        List<Integer> terminals = new ArrayList<>();
        for (int fd = 0; fd <= 2; fd++) {
            if (mayBeTerminal(fd) && LibC.isTerminal(fd)) {
                terminals.add(fd);
            }
        }
        return terminals;
    }

    /** The size of the window behind one of those descriptors. */
    public static Optional<InstanceSpec.WindowSize> windowSize(List<Integer> terminals) {
        if (terminals.isEmpty()) {
            return Optional.empty();
        }
        int size = LibC.windowSize(terminals.getFirst());
        return size == 0 ? Optional.empty() : Optional.of(new InstanceSpec.WindowSize(size >>> 16, size & 0xffff));
    }

    /**
     * Makes the terminal on standard input raw; closing the answer, or the end of this process, undoes it.
     */
    static Raw makeRaw() {
        byte[] settings = LibC.terminalSettings(0);
        Raw raw = new Raw(settings);
        if (settings != null) {
            Runtime.getRuntime().addShutdownHook(new Thread(raw::close));
            LibC.setTerminalSettings(0, LibC.raw(settings));
        }
        return raw;
    }

    /**
     * Spares a run without any terminal the native binding: pipes, files and sockets are known by their
     * names.
     */
    private static boolean mayBeTerminal(int fd) {
        try {
            String name = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))).toString();
            return name.startsWith("/") && !name.equals("/dev/null") && !Files.isRegularFile(Path.of(name));
        } catch (IOException e) {
            return false;
        }
    }

    /** A terminal that is raw until closed. */
    static final class Raw implements AutoCloseable {
        private byte[] before;

        private Raw(byte[] before) {
            this.before = before;
        }

        @Override
        public synchronized void close() {
            if (before != null) {
                LibC.setTerminalSettings(0, before);
                before = null;
            }
        }
    }
}

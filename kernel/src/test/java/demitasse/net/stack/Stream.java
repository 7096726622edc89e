package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.net.tcp.TcpConnection;

/** What a test sends through a connection: bytes that tell their positions, written and checked as they come. */
final class Stream {
    private static final int LENT_PAGES = 11;

    private Stream() {
    }

    /** Writes what there is room for; returns how far the stream has been written then. */
    static int write(TcpConnection connection, int from, int end) {
        int sent = from;
        if (connection.sendError() != 0) {
            return sent;
        }
        while (sent < end && connection.writable() > 0) {
            int some = Math.min(connection.writeSpan(), end - sent);
            long target = connection.writeAddress();
            for (int i = 0; i < some; i++) {
                Memory.putByte(target + i, pattern(sent + i));
            }
            connection.append(some);
            sent += some;
        }
        if (sent > from) {
            connection.push();
        }
        return sent;
    }

    /**
     * As {@link #write}, of a few pages at an odd place that are lent, and that nobody else keeps; nothing when it is
     * too little.
     */
    static int lend(TcpConnection connection, Pages pages, int from, int end) {
        int offset = from * 13 & Pages.PAGE_BYTES - 1;
        int some = Math.min(Math.min(connection.writable(), end - from), LENT_PAGES * Pages.PAGE_BYTES - offset);
        long frames = connection.sendError() == 0 && some > 0 ? pages.allocateRun(LENT_PAGES) : Pages.NONE;
        if (frames == Pages.NONE) {
            return from;
        }
        for (int i = 0; i < some; i++) {
            Memory.putByte(frames + offset + i, pattern(from + i));
        }
        boolean lent = connection.lend(frames + offset, some, true);
        pages.releaseRun(frames, LENT_PAGES);
        if (lent) {
            connection.push();
        }
        return lent ? from + some : from;
    }

    /** Reads and checks what has come; returns how far the stream has been read then. */
    static int read(TcpConnection connection, int from) {
        int received = from;
        while (connection.readable() > 0) {
            int some = connection.readSpan(0);
            long source = connection.readAddress(0);
            for (int i = 0; i < some; i++) {
                if (Memory.getByte(source + i) != pattern(received + i)) {
                    throw new AssertionError("byte " + (received + i) + " is wrong");
                }
            }
            connection.consume(some);
            received += some;
        }
        return received;
    }

    static byte pattern(int position) {
        return (byte) (position * 31 >> 3);
    }
}

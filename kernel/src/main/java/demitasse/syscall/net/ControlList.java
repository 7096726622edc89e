package demitasse.syscall.net;

import demitasse.base.memory.Memory;

/** Control messages for a program, one behind the other, cmsg(3). What finds no room is cut off, as by put_cmsg(). */
final class ControlList {
    /** As long as any message but SCM_RIGHTS, which is begun only where it finds room. */
    private static final int MESSAGE_BYTES_MAX = 64;

    /** Where they stand. */
    final long base;
    private final int roomBytes;
    private int used;
    private boolean cut;

    /**
     * @param base {@link ControlMessages#CONTROL_BYTES_MAX} bytes of kernel memory
     * @param roomBytes how much the program has room for, which may be less
     */
    ControlList(long base, long roomBytes) {
        this.base = base;
        this.roomBytes = (int) Math.min(Math.max(0, roomBytes), ControlMessages.CONTROL_BYTES_MAX);
    }

    /** Begins a message; tells where its data goes, zeroed, as if it all were to arrive. */
    long begin(int level, int type, int dataBytes) {
        int bytes = ControlMessages.HEADER_BYTES + dataBytes;
        boolean hasHeader = freeBytes() >= ControlMessages.HEADER_BYTES;
        // What does not fit at all is written to where it does no harm.
        long message = base + (hasHeader ? used : ControlMessages.CONTROL_BYTES_MAX - MESSAGE_BYTES_MAX);
        Memory.fill(message, bytes + 7 & -8, (byte) 0);
        Memory.putLong(message, Math.min(bytes, freeBytes()));
        Memory.putInt(message + ControlMessages.LEVEL, level);
        Memory.putInt(message + ControlMessages.TYPE, type);
        cut |= bytes > freeBytes();
        used += hasHeader ? Math.min(bytes + 7 & -8, freeBytes()) : 0;
        return message + ControlMessages.HEADER_BYTES;
    }

    int freeBytes() {
        return roomBytes - used;
    }

    int usedBytes() {
        return used;
    }

    boolean isCut() {
        return cut;
    }
}

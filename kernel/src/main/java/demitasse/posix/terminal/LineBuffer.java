package demitasse.posix.terminal;

import demitasse.base.memory.Memory;
import demitasse.vfs.Transfer;

/**
 * The input that a terminal holds: complete lines, then the line that is being edited. Positions count bytes for ever
 * and are masked for the place in the ring; one bit per place says "a line ends here".
 */
final class LineBuffer {
    /** N_TTY_BUF_SIZE of Linux: also the longest line, termios(3) "Canonical and noncanonical mode". */
    static final int CAPACITY_BYTES = 4096;
    private static final int MASK = CAPACITY_BYTES - 1;
    /** Stands for an end of file that was typed: a line end that is not part of the line. */
    private static final int END_OF_FILE = 0;

    private final long address;
    private final long[] lineEnds = new long[CAPACITY_BYTES >>> 6];
    private int tail;
    /** Where the line begins that is being edited. */
    private int editStart;
    private int head;

    /** @param address {@link #CAPACITY_BYTES} bytes of kernel memory */
    LineBuffer(long address) {
        this.address = address;
    }

    int freeBytes() {
        return CAPACITY_BYTES - (head - tail);
    }

    int usedBytes() {
        return head - tail;
    }

    /** Bytes in complete lines, ends of file included. */
    int lineBytes() {
        return editStart - tail;
    }

    int editedBytes() {
        return head - editStart;
    }

    /** A byte of the edited line, 0..255. */
    int edited(int index) {
        return at(editStart + index);
    }

    void add(int c) {
        assert freeBytes() > 0;
        lineEnds[(head & MASK) >>> 6] &= ~(1L << head);
        Memory.putByte(address + (head & MASK), (byte) c);
        head++;
    }

    /** Adds the byte that completes the line. */
    void addLineEnd(int c) {
        add(c);
        markEnd();
    }

    void addEndOfFile() {
        addLineEnd(END_OF_FILE);
    }

    /** Takes back the last byte of the edited line. */
    void eraseLast() {
        assert head != editStart;
        head--;
    }

    void discard() {
        tail = head;
        editStart = head;
    }

    /** The mode has changed to canonical: what is there becomes a line. */
    void makeLine() {
        if (head == tail) {
            editStart = head;
        } else if (editStart != head) {
            markEnd();
        }
    }

    /** read(2) without lines. */
    long readBytes(Transfer target) {
        long moved = 0;
        while (tail != head && target.remaining() > 0) {
            int offset = tail & MASK;
            long n = target.put(address + offset, Math.min(CAPACITY_BYTES - offset, head - tail));
            if (n <= 0) {
                return moved > 0 ? moved : n;
            }
            tail += (int) n;
            moved += n;
        }
        if (editStart - tail < 0) {
            editStart = tail;
        }
        return moved;
    }

    /** read(2) of at most one line; there is one. An end of file behind the last byte read goes with it. */
    long readLine(Transfer target) {
        int end = tail;
        while (!endsLine(end)) {
            end++;
        }
        boolean endOfFile = at(end) == END_OF_FILE;
        int stop = endOfFile ? end : end + 1;
        long moved = 0;
        while (tail != stop && target.remaining() > 0) {
            int offset = tail & MASK;
            long n = target.put(address + offset, Math.min(CAPACITY_BYTES - offset, stop - tail));
            if (n <= 0) {
                return moved > 0 ? moved : n;
            }
            tail += (int) n;
            moved += n;
        }
        if (endOfFile && tail == end) {
            tail++;
        }
        return moved;
    }

    private void markEnd() {
        int last = head - 1;
        lineEnds[(last & MASK) >>> 6] |= 1L << last;
        editStart = head;
    }

    private boolean endsLine(int position) {
        return (lineEnds[(position & MASK) >>> 6] & 1L << position) != 0;
    }

    private int at(int position) {
        return Memory.getUnsignedByte(address + (position & MASK));
    }
}

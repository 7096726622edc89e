package demitasse.platform.kvm;

import demitasse.base.memory.Memory;

/**
 * The lines that the host sends over the control port: {@code signal N}, {@code size ROWS COLUMNS}, {@code eof
 * BYTES}.
 */
final class HostControl {
    private static final int LINE_BYTES_MAX = 64;
    private static final int SIGNALS = 64;

    private final long line;
    private int length;
    private int at;
    private long signals;
    private int size;
    private long inputBytes = -1;

    /** @param line room for one line, {@link #roomBytes()} long */
    HostControl(long line) {
        this.line = line;
    }

    static int roomBytes() {
        return LINE_BYTES_MAX;
    }

    /** The next byte from the host; a line that is too long is cut. */
    void accept(byte character) {
        if (character != '\n') {
            if (length < LINE_BYTES_MAX) {
                Memory.putByte(line + length, character);
                length++;
            }
            return;
        }
        execute();
        length = 0;
    }

    boolean hasSignal() {
        return signals != 0;
    }

    /** The lowest signal that the host has sent, or 0. */
    int takeSignal() {
        if (signals == 0) {
            return 0;
        }
        int signal = Long.numberOfTrailingZeros(signals) + 1;
        signals &= signals - 1;
        return signal;
    }

    int size() {
        return size;
    }

    /** How many bytes standard input has in all; -1 while nobody knows. */
    long inputBytes() {
        return inputBytes;
    }

    private void execute() {
        at = 0;
        byte first = length < 2 ? 0 : Memory.getByte(line);
        byte second = length < 2 ? 0 : Memory.getByte(line + 1);
        if (first == 's' && second == 'i' && length > 3) {
            if (Memory.getByte(line + 2) == 'z') {
                long rows = number();
                size = (int) (rows << 16 | number() & 0xffff);
            } else {
                long signal = number();
                if (signal > 0 && signal <= SIGNALS) {
                    signals |= 1L << (int) signal - 1;
                }
            }
        } else if (first == 'e' && second == 'o') {
            inputBytes = number();
        }
    }

    /** The next decimal number of the line; 0 when there is none. */
    private long number() {
        while (at < length && !isDigit(Memory.getByte(line + at))) {
            at++;
        }
        long value = 0;
        for (; at < length && isDigit(Memory.getByte(line + at)); at++) {
            value = value * 10 + Memory.getByte(line + at) - '0';
        }
        return value;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }
}

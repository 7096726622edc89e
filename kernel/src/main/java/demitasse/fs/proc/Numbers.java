package demitasse.fs.proc;

import demitasse.base.memory.Memory;

/** What programs write into settings. */
final class Numbers {
    /** {@link #parse}: no number. */
    static final long NONE = -1;
    private static final long LIMIT = 1L << 32;

    private Numbers() {
    }

    /** The length up to a NUL, without the white space at the end. */
    static int endOfText(long address, int lengthBytes) {
        int end = 0;
        while (end < lengthBytes && Memory.getByte(address + end) != 0) {
            end++;
        }
        while (end > 0 && Memory.getByte(address + end - 1) <= ' ') {
            end--;
        }
        return end;
    }

    /** A number below 2^32 as strtoul(3) reads it: decimal, 0x hexadecimal, 0 octal; or {@link #NONE}. */
    static long parse(long address, int lengthBytes) {
        int end = endOfText(address, lengthBytes);
        int base = 10;
        int at = 0;
        if (end > 1 && Memory.getByte(address) == '0') {
            boolean hex = (Memory.getByte(address + 1) | 0x20) == 'x';
            base = hex ? 16 : 8;
            at = hex ? 2 : 1;
        }
        long value = at < end ? 0 : NONE;
        for (; at < end && value != NONE; at++) {
            int digit = digit(Memory.getByte(address + at));
            value = value * base + digit;
            if (digit < 0 || digit >= base || value >= LIMIT) {
                return NONE;
            }
        }
        return value;
    }

    /** A decimal number as large as a register holds, or {@link #NONE}, which is therefore none. */
    static long parseUnsigned(long address, int lengthBytes) {
        int end = endOfText(address, lengthBytes);
        long value = end > 0 ? 0 : NONE;
        for (int at = 0; at < end; at++) {
            int digit = Memory.getByte(address + at) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                return NONE;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static int digit(int character) {
        int lower = character | 0x20;
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}

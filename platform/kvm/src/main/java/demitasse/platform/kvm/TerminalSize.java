package demitasse.platform.kvm;

import demitasse.base.memory.Memory;

/** The size that the terminal has at the start: {@code size=ROWSxCOLUMNS} of the command line. */
final class TerminalSize {
    private static final byte[] KEY = {'s', 'i', 'z', 'e', '='};

    private long at;
    private final long end;

    private TerminalSize(long lineAddress, int lineBytes) {
        this.at = lineAddress;
        this.end = lineAddress + lineBytes;
    }

    /** Rows &lt;&lt; 16 | columns, or 0 when the line does not tell. */
    static int of(long lineAddress, int lineBytes) {
        return new TerminalSize(lineAddress, lineBytes).find();
    }

    private int find() {
        for (boolean startsWord = true; at < end; startsWord = Memory.getByte(at - 1) == ' ') {
            if (startsWord && matchesKey()) {
                at += KEY.length;
                int rows = number();
                at++;
                return rows << 16 | number();
            }
            at++;
        }
        return 0;
    }

    private boolean matchesKey() {
        if (end - at < KEY.length) {
            return false;
        }
        for (int i = 0; i < KEY.length; i++) {
            if (Memory.getByte(at + i) != KEY[i]) {
                return false;
            }
        }
        return true;
    }

    private int number() {
        int value = 0;
        for (; at < end; at++) {
            int digit = Memory.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value * 10 + digit & 0xffff;
        }
        return value;
    }
}

package demitasse.posix.file;

import demitasse.base.memory.Buffer;

/**
 * The settings of a terminal, termios(3), as struct termios and struct termios2 of asm-generic/termbits.h lay them out:
 * <pre>
 *   0 c_iflag   4 c_oflag   8 c_cflag   12 c_lflag   16 c_line   17 c_cc[19]   36 c_ispeed   40 c_ospeed
 * </pre>
 */
public final class Termios {
    public static final int BYTES = 36;
    public static final int BYTES2 = 44;

    public static final int ISTRIP = 0x20;
    public static final int INLCR = 0x40;
    public static final int IGNCR = 0x80;
    public static final int ICRNL = 0x100;
    public static final int IXON = 0x400;
    public static final int IMAXBEL = 0x2000;
    public static final int IUTF8 = 0x4000;

    public static final int OPOST = 1;
    public static final int ONLCR = 4;
    public static final int OCRNL = 8;
    public static final int ONOCR = 0x10;
    public static final int ONLRET = 0x20;
    public static final int XTABS = 0x1800;

    public static final int ISIG = 1;
    public static final int ICANON = 2;
    public static final int ECHO = 8;
    public static final int ECHOE = 0x10;
    public static final int ECHOK = 0x20;
    public static final int ECHONL = 0x40;
    public static final int NOFLSH = 0x80;
    public static final int ECHOCTL = 0x200;
    public static final int ECHOKE = 0x800;
    public static final int IEXTEN = 0x8000;

    public static final int VINTR = 0;
    public static final int VQUIT = 1;
    public static final int VERASE = 2;
    public static final int VKILL = 3;
    public static final int VEOF = 4;
    public static final int VTIME = 5;
    public static final int VMIN = 6;
    public static final int VSTART = 8;
    public static final int VSTOP = 9;
    public static final int VSUSP = 10;
    public static final int VEOL = 11;
    public static final int VREPRINT = 12;
    public static final int VDISCARD = 13;
    public static final int VWERASE = 14;
    public static final int VLNEXT = 15;
    public static final int VEOL2 = 16;
    private static final int CHARACTERS = 19;
    /** B38400, CS8, CREAD, HUPCL: what a fresh Linux terminal says of a line that has no speed. */
    private static final int CONTROL_DEFAULT = 0x4bf;
    private static final int SPEED_DEFAULT = 38400;
    /** _POSIX_VDISABLE. */
    private static final int DISABLED = 0;

    private int input = ICRNL | IXON | IUTF8;
    private int output = OPOST | ONLCR;
    private int control = CONTROL_DEFAULT;
    private int local = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    private int line;
    private int inputSpeed = SPEED_DEFAULT;
    private int outputSpeed = SPEED_DEFAULT;
    private final byte[] characters = new byte[CHARACTERS];

    /** The settings of a new terminal; IUTF8 is on, as terminal emulators set it for UTF-8. */
    public Termios() {
        characters[VINTR] = 3;
        characters[VQUIT] = 28;
        characters[VERASE] = 127;
        characters[VKILL] = 21;
        characters[VEOF] = 4;
        characters[VMIN] = 1;
        characters[VSTART] = 17;
        characters[VSTOP] = 19;
        characters[VSUSP] = 26;
        characters[VREPRINT] = 18;
        characters[VDISCARD] = 15;
        characters[VWERASE] = 23;
        characters[VLNEXT] = 22;
    }

    public boolean input(int flag) {
        return (input & flag) != 0;
    }

    public boolean output(int flag) {
        return (output & flag) != 0;
    }

    public boolean local(int flag) {
        return (local & flag) != 0;
    }

    public boolean expandsTabs() {
        return (output & XTABS) == XTABS;
    }

    /** A control character's value, 0..255. */
    public int character(int which) {
        return characters[which] & 0xff;
    }

    /** Whether a byte is the control character, which may be switched off. */
    public boolean is(int which, int value) {
        return value == character(which) && value != DISABLED;
    }

    /** @param speeds whether the buffer is a struct termios2 */
    public void store(Buffer out, boolean speeds) {
        out.putInt(0, input);
        out.putInt(4, output);
        out.putInt(8, control);
        out.putInt(12, local);
        out.putByte(16, line);
        for (int i = 0; i < CHARACTERS; i++) {
            out.putByte(17 + i, characters[i]);
        }
        if (speeds) {
            out.putInt(36, inputSpeed);
            out.putInt(40, outputSpeed);
        }
    }

    public void load(Buffer in, boolean speeds) {
        input = in.intAt(0);
        output = in.intAt(4);
        control = in.intAt(8);
        local = in.intAt(12);
        line = in.byteAt(16);
        for (int i = 0; i < CHARACTERS; i++) {
            characters[i] = (byte) in.byteAt(17 + i);
        }
        if (speeds) {
            inputSpeed = in.intAt(36);
            outputSpeed = in.intAt(40);
        }
    }
}

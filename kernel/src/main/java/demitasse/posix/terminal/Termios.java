package demitasse.posix.terminal;

import demitasse.base.memory.Buffer;
import java.util.Arrays;

/**
 * The settings of a terminal, termios(3), as struct termios and struct termios2 of asm-generic/termbits.h lay them out:
 * <pre>
 *   0 c_iflag   4 c_oflag   8 c_cflag   12 c_lflag   16 c_line   17 c_cc[19]   36 c_ispeed   40 c_ospeed
 * </pre>
 */
public final class Termios {
    public static final int BYTES = 36;
    public static final int BYTES2 = 44;
    /** struct termio of asm-generic/termios.h: four shorts of flags, c_line, c_cc[8]. */
    public static final int OLD_BYTES = 18;
    private static final int OLD_CHARACTERS = 8;
    private static final int OLD_LINE = 8;
    private static final int OLD_CC = 9;

    public static final int ISTRIP = 0x20;
    public static final int INLCR = 0x40;
    public static final int IGNCR = 0x80;
    public static final int ICRNL = 0x100;
    public static final int IUCLC = 0x200;
    public static final int IXON = 0x400;
    public static final int IXANY = 0x800;
    public static final int IMAXBEL = 0x2000;
    public static final int IUTF8 = 0x4000;

    public static final int OPOST = 1;
    public static final int OLCUC = 2;
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
    public static final int TOSTOP = 0x100;
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
    private static final int CONTROL_Q = 17;
    private static final int CONTROL_S = 19;
    /** B38400, CS8, CREAD: what a fresh pseudo-terminal says of a line that has no speed. */
    private static final int CONTROL_DEFAULT = 0xbf;
    private static final int HUPCL = 0x400;
    private static final int CSIZE = 0x30;
    private static final int CREAD = 0x80;
    private static final int PARENB = 0x100;
    private static final int CBAUD = 0x100f;
    /** The speed is the number in c_ospeed. */
    private static final int BOTHER = 0x1000;
    private static final int SPEED_DEFAULT = 38400;
    /** What B0 to B38400 and B57600 to B4000000 stand for, asm-generic/termbits.h. */
    private static final int[] SPEEDS = {0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200,
        38400};
    private static final int[] HIGH_SPEEDS = {0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000,
        1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};
    /** _POSIX_VDISABLE. */
    private static final int DISABLED = 0;

    private int input = ICRNL | IXON;
    private int output = OPOST | ONLCR;
    private int control = CONTROL_DEFAULT;
    private int local = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    private int line;
    private int inputSpeed = SPEED_DEFAULT;
    private int outputSpeed = SPEED_DEFAULT;
    private final byte[] characters = new byte[CHARACTERS];

    /**
     * The settings of a new terminal.
     *
     * @param host whether a terminal emulator shows it: they set IUTF8
     */
    public Termios(boolean host) {
        if (host) {
            input |= IUTF8;
            control |= HUPCL;
        }
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

    /** What no terminal begins with: nothing set, as nothing is locked. */
    static Termios nothing() {
        Termios nothing = new Termios(false);
        nothing.input = 0;
        nothing.output = 0;
        nothing.control = 0;
        nothing.local = 0;
        Arrays.fill(nothing.characters, (byte) 0);
        return nothing;
    }

    void copyFrom(Termios other) {
        input = other.input;
        output = other.output;
        control = other.control;
        local = other.local;
        line = other.line;
        System.arraycopy(other.characters, 0, characters, 0, CHARACTERS);
    }

    /** Takes back what is locked from what there was before, tty_ioctl(4) TIOCSLCKTRMIOS. */
    void keepLocked(Termios before, Termios locked) {
        input = input & ~locked.input | before.input & locked.input;
        output = output & ~locked.output | before.output & locked.output;
        control = control & ~locked.control | before.control & locked.control;
        local = local & ~locked.local | before.local & locked.local;
        line = locked.line != 0 ? before.line : line;
        for (int i = 0; i < CHARACTERS; i++) {
            characters[i] = locked.characters[i] != 0 ? before.characters[i] : characters[i];
        }
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
        setControl(in.intAt(8));
        local = in.intAt(12);
        line = in.byteAt(16);
        for (int i = 0; i < CHARACTERS; i++) {
            characters[i] = (byte) in.byteAt(17 + i);
        }
        if (speeds && (control & CBAUD) == BOTHER) {
            inputSpeed = in.intAt(36);
            outputSpeed = in.intAt(40);
        }
    }

    /** As struct termio, which TCGETA of tty_ioctl(4) still gives. */
    public void storeOld(Buffer out) {
        out.putShort(0, input);
        out.putShort(2, output);
        out.putShort(4, control);
        out.putShort(6, local);
        out.putByte(OLD_LINE, line);
        for (int i = 0; i < OLD_CHARACTERS; i++) {
            out.putByte(OLD_CC + i, characters[i]);
        }
        out.putByte(OLD_CC + OLD_CHARACTERS, 0);
    }

    /** What a struct termio does not hold stays as it is. */
    public void loadOld(Buffer in) {
        input = input & ~0xffff | in.shortAt(0);
        output = output & ~0xffff | in.shortAt(2);
        setControl(control & ~0xffff | in.shortAt(4));
        local = local & ~0xffff | in.shortAt(6);
        line = in.byteAt(OLD_LINE);
        for (int i = 0; i < OLD_CHARACTERS; i++) {
            characters[i] = (byte) in.byteAt(OLD_CC + i);
        }
    }

    /** There is no line that could have other than eight bits, pty_set_termios of drivers/tty/pty.c. */
    private void setControl(int wanted) {
        control = wanted & ~(CSIZE | PARENB) | CSIZE | CREAD;
        int rate = control & CBAUD;
        if (rate != BOTHER) {
            outputSpeed = rate < BOTHER ? SPEEDS[rate] : HIGH_SPEEDS[rate & ~BOTHER];
            inputSpeed = outputSpeed;
        }
    }

    /** Whether output stops and starts by ^S and ^Q, for packet mode. */
    public boolean stopsByKeys() {
        return input(IXON) && character(VSTOP) == CONTROL_S && character(VSTART) == CONTROL_Q;
    }
}

package demitasse.posix.debug;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;

import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;

/** The debug registers of a traced task, Intel SDM vol. 3 §17.2: four places, and in DR7 what is watched there. */
public final class DebugRegisters {
    private static final int PLACES = 4;
    private static final int STATUS = 6;
    private static final int CONTROL = 7;
    /** Both enabling bits of all places, and for each place four bits from 16 up: kind and length. */
    private static final long ENABLED = 0xff;
    private static final int SETTINGS_SHIFT = 16;
    private static final long SETTINGS = 0xffff_0000L;
    private static final int KIND = 3;
    private static final int KIND_EXECUTE = 0;
    private static final int KIND_PORT = 2;
    private static final long HITS = 15;
    private static final long STEP = 1 << 14;
    /** Bits of DR6 that are always set. */
    private static final long STATUS_FIXED = 0xffff_0ff0L;

    private final long[] words = new long[CONTROL + 1];

    public long get(int index) {
        return index == STATUS ? words[STATUS] ^ STATUS_FIXED : words[index];
    }

    /** As ptrace_set_debugreg of Linux: 0; -EINVAL for what cannot be watched; -EIO for a register that is none. */
    public int set(int index, long value) {
        if (index == STATUS) {
            words[STATUS] = value ^ STATUS_FIXED;
            return 0;
        }
        if (index != CONTROL && index >= PLACES) {
            return -EIO;
        }
        long old = words[index];
        words[index] = index == CONTROL ? value & (ENABLED | SETTINGS) : value;
        boolean good = true;
        for (int i = 0; i < PLACES; i++) {
            good &= !isEnabled(i) || isGood(i);
        }
        if (index < PLACES && Long.compareUnsigned(value, AddressSpace.USER_END) >= 0 || !good) {
            words[index] = old;
            return -EINVAL;
        }
        return 0;
    }

    private boolean isEnabled(int place) {
        return (words[CONTROL] >>> 2 * place & 3) != 0;
    }

    private int settings(int place) {
        return (int) (words[CONTROL] >>> SETTINGS_SHIFT + 4 * place) & 15;
    }

    private boolean isGood(int place) {
        int kind = settings(place) & KIND;
        int length = settings(place) >> 2;
        // 1, 2, 8 and 4 bytes, in this order.
        int bytes = length == 2 ? 8 : length + 1;
        return kind != KIND_PORT && (kind != KIND_EXECUTE || length == 0) && (words[place] & bytes - 1) == 0;
    }

    /** Whether anything is watched. */
    boolean isActive() {
        return (words[CONTROL] & ENABLED) != 0;
    }

    void load(Platform platform) {
        platform.loadDebugRegisters(words[0], words[1], words[2], words[3], words[CONTROL]);
    }

    /** Keeps what the CPU says has come true. */
    void note(long status) {
        words[STATUS] = words[STATUS] & ~HITS | status & (HITS | STEP);
    }

    /** Whether one of the places that {@link #note} knows has been reached: a watched one, or an instruction. */
    boolean isHit(boolean instruction) {
        for (int i = 0; i < PLACES; i++) {
            boolean hit = (words[STATUS] >>> i & 1) != 0 && isEnabled(i);
            if (hit && (!instruction || (settings(i) & KIND) == KIND_EXECUTE)) {
                return true;
            }
        }
        return false;
    }
}

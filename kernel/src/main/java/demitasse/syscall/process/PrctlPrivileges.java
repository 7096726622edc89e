package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.posix.task.Call;
import demitasse.posix.task.Capabilities;
import demitasse.posix.task.Credentials;

/** The options of prctl(2) that are about capabilities(7): bounding set, ambient set, securebits. */
final class PrctlPrivileges {
    private static final int PR_GET_KEEPCAPS = 7;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_READ = 23;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_GET_SECUREBITS = 27;
    private static final int PR_SET_SECUREBITS = 28;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int AMBIENT_IS_SET = 1;
    private static final int AMBIENT_RAISE = 2;
    private static final int AMBIENT_CLEAR_ALL = 4;

    private PrctlPrivileges() {
    }

    static boolean concerns(int option) {
        return switch (option) {
            case PR_GET_KEEPCAPS, PR_SET_KEEPCAPS, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_SECUREBITS,
                 PR_SET_SECUREBITS, PR_CAP_AMBIENT -> true;
            default -> false;
        };
    }

    static long prctl(Call call, int option, long value, long value3, long rest) {
        Capabilities own = call.credentials().capabilities;
        return switch (option) {
            case PR_GET_KEEPCAPS -> own.isSecure(Capabilities.KEEP_CAPS) ? 1 : 0;
            case PR_SET_KEEPCAPS -> keep(call, own, value);
            case PR_GET_SECUREBITS -> own.secureBits;
            case PR_SET_SECUREBITS -> secure(call, own, value);
            case PR_CAPBSET_READ -> isCapability(value) ? own.bounding >>> value & 1 : -EINVAL;
            case PR_CAPBSET_DROP -> dropBounding(call, value);
            default -> ambient(call, own, value, value3, rest);
        };
    }

    private static long keep(Call call, Capabilities own, long value) {
        if (value != 0 && value != 1) {
            return -EINVAL;
        }
        if (own.isSecure(Capabilities.KEEP_CAPS << 1)) {
            return -EPERM;
        }
        int others = own.secureBits & ~Capabilities.KEEP_CAPS;
        return setBits(call, value == 1 ? others | Capabilities.KEEP_CAPS : others);
    }

    /** Locked bits stay as they are, and locks stay. */
    private static long secure(Call call, Capabilities own, long bits) {
        int locks = own.secureBits & Capabilities.SECURE_LOCKS;
        boolean changesLocked = (locks >> 1 & (own.secureBits ^ bits)) != 0 || (locks & ~bits) != 0;
        boolean unknown = (bits & ~(Capabilities.SECURE_BITS | Capabilities.SECURE_LOCKS)) != 0;
        if (changesLocked || unknown || !call.credentials().holds(Credentials.CAP_SETPCAP)) {
            return -EPERM;
        }
        return setBits(call, (int) bits);
    }

    private static long setBits(Call call, int bits) {
        Credentials changed = call.credentials().copy();
        changed.capabilities.secureBits = bits;
        call.task().changeCredentials(changed);
        return 0;
    }

    private static long dropBounding(Call call, long capability) {
        if (!call.credentials().holds(Credentials.CAP_SETPCAP)) {
            return -EPERM;
        }
        if (!isCapability(capability)) {
            return -EINVAL;
        }
        Credentials changed = call.credentials().copy();
        changed.capabilities.bounding &= ~(1L << capability);
        call.task().changeCredentials(changed);
        return 0;
    }

    private static long ambient(Call call, Capabilities own, long what, long capability, long rest) {
        if (what == AMBIENT_CLEAR_ALL ? (capability | rest) != 0 : !isCapability(capability) || rest != 0) {
            return -EINVAL;
        }
        if (what == AMBIENT_IS_SET) {
            return own.ambient >>> capability & 1;
        }
        if (what < AMBIENT_IS_SET || what > AMBIENT_CLEAR_ALL) {
            return -EINVAL;
        }
        boolean raisable = (own.permitted & own.inheritable & 1L << capability) != 0
                && !own.isSecure(Capabilities.NO_AMBIENT_RAISE);
        if (what == AMBIENT_RAISE && !raisable) {
            return -EPERM;
        }
        Credentials changed = call.credentials().copy();
        if (what == AMBIENT_CLEAR_ALL) {
            changed.capabilities.ambient = 0;
        } else {
            changed.capabilities.setAmbient((int) capability, what == AMBIENT_RAISE);
        }
        call.task().changeCredentials(changed);
        return 0;
    }

    private static boolean isCapability(long value) {
        return value >= 0 && value <= Capabilities.CAP_LAST;
    }
}

package demitasse.syscall.key;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Memory;
import demitasse.posix.key.Key;
import demitasse.posix.task.Call;

/** The strings that the calls about keys take: what is wrong with one stands in {@link #error}. */
final class KeyNames {
    /** KEY_MAX_DESC_SIZE and the longest name of a type, with their NULs. */
    private static final int NAME_BYTES_MAX = 4096;
    private static final int TYPE_BYTES_MAX = 32;

    private final Call call;
    int error;

    KeyNames(Call call) {
        this.call = call;
    }

    /** The type of a name, {@link Key#UNKNOWN} for one that is not known or an {@link #error}. */
    int type(long address) {
        byte[] name = read(address, TYPE_BYTES_MAX);
        if (name == null) {
            return Key.UNKNOWN;
        }
        error = name.length == 0 ? -EINVAL : name[0] == '.' ? -EPERM : 0;
        return Key.typeOf(name);
    }

    /** Null with an {@link #error}. */
    byte[] name(long address) {
        return read(address, NAME_BYTES_MAX);
    }

    private byte[] read(long address, int capacityBytes) {
        long copy = call.scratch(capacityBytes);
        long length = call.process().memory().copyString(address, copy, capacityBytes);
        error = length == -EFAULT ? -EFAULT : length < 0 ? -EINVAL : 0;
        if (error < 0) {
            return null;
        }
        byte[] name = new byte[(int) length];
        for (int i = 0; i < name.length; i++) {
            name[i] = Memory.getByte(copy + i);
        }
        return name;
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Memory;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Settings;

/** prctl(2) about memory: names for what has no file, PR_SET_VMA, and what is only kept. */
final class PrctlMemory {
    private static final int MCE_KILL_CLEAR = 0;
    private static final int MCE_KILL_SET = 1;
    private static final int ANON_NAME = 0;
    /** ANON_VMA_NAME_MAX_LEN, with its NUL, and the characters that a name may not have. */
    private static final int NAME_BYTES_MAX = 80;
    private static final String REFUSED = "\\`$[]";
    private static final int PAGE_BYTES = 4096;

    private PrctlMemory() {
    }

    /** PR_MCE_KILL and PR_SET_IO_FLUSHER, which are told again, but there are neither such errors nor such disks. */
    static long keep(Call call, int option, long value, long value3, long rest) {
        Settings settings = call.process().settings();
        boolean ofMemory = option == Prctl.PR_MCE_KILL || option == Prctl.PR_MCE_KILL_GET;
        if (!ofMemory && !call.credentials().may(Credentials.CAP_SYS_RESOURCE, null)) {
            return -EPERM;
        }
        boolean sets = option == Prctl.PR_MCE_KILL;
        if (rest != 0 || !sets && value3 != 0) {
            return -EINVAL;
        }
        if (option == Prctl.PR_SET_IO_FLUSHER) {
            settings.flushesIo = (value & ~1) == 0 ? value == 1 : settings.flushesIo;
            return (value & ~1) == 0 ? 0 : -EINVAL;
        }
        if (!sets) {
            return value != 0 ? -EINVAL : ofMemory ? settings.memoryErrorPolicy : settings.flushesIo ? 1 : 0;
        }
        boolean clears = value == MCE_KILL_CLEAR && value3 == 0;
        if (!clears && (value != MCE_KILL_SET || value3 < 0 || value3 > Settings.MCE_KILL_DEFAULT)) {
            return -EINVAL;
        }
        settings.memoryErrorPolicy = clears ? Settings.MCE_KILL_DEFAULT : (int) value3;
        return 0;
    }

    static long setVma(Call call, long attribute, long address, long length, long nameAddress) {
        if (attribute != ANON_NAME) {
            return -EINVAL;
        }
        byte[] name = null;
        if (nameAddress != 0) {
            long copy = call.scratch(NAME_BYTES_MAX);
            long size = call.process().memory().copyString(nameAddress, copy, NAME_BYTES_MAX);
            if (size < 0) {
                return size == -EFAULT ? -EFAULT : -EINVAL;
            }
            name = new byte[(int) size];
            for (int i = 0; i < name.length; i++) {
                name[i] = Memory.getByte(copy + i);
                if (name[i] < ' ' || name[i] > '~' || REFUSED.indexOf(name[i]) >= 0) {
                    return -EINVAL;
                }
            }
        }
        long bytes = length + PAGE_BYTES - 1 & -PAGE_BYTES;
        if ((address & PAGE_BYTES - 1) != 0 || length != 0 && bytes == 0 || address + bytes < address) {
            return -EINVAL;
        }
        if (bytes == 0) {
            return 0;
        }
        return UserSpace.isUserRange(address, bytes)
                ? Advice.name(call.process().memory(), address, address + bytes, name) : -ENOMEM;
    }
}

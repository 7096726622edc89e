package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.posix.memory.MapFlags.PROT_GROWSDOWN;
import static demitasse.posix.memory.MapFlags.PROT_GROWSUP;
import static demitasse.posix.memory.MapFlags.PROT_MASK;
import static demitasse.posix.memory.MapFlags.PROT_SEM;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/** mprotect(2), pkey_mprotect(2), pkeys(7). */
final class Mprotect {
    private static final int KNOWN = PROT_MASK | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP;
    private static final int NO_KEY = -1;

    private Mprotect() {
    }

    @WarmPath("per system call")
    @Syscall(value = "mprotect", rejects = {"PROT_GROWSUP", "PROT_WRITE|PROT_EXEC"}, ignores = "PROT_SEM")
    static long mprotect(Call call, long address, long length, int protection) {
        if (!Range.isAligned(address) || (protection & ~KNOWN) != 0 || (protection & PROT_GROWSUP) != 0) {
            return -EINVAL;
        }
        if (length == 0) {
            return 0;
        }
        long pages = Range.pages(length);
        if (pages == 0 || !Range.fits(address, pages)) {
            return -ENOMEM;
        }
        UserSpace memory = call.process().memory();
        long start = address;
        if ((protection & PROT_GROWSDOWN) != 0) {
            Mapping mapping = memory.mappingAt(address);
            if (mapping == null || !mapping.isStack()) {
                return -EINVAL;
            }
            start = mapping.start();
        }
        return memory.protect(start, address + pages - start, protection & PROT_MASK);
    }

    @Syscall(value = "pkey_mprotect", rejects = "any key but -1", note = "As on a CPU without protection keys.")
    static long pkeyMprotect(Call call, long address, long length, int protection, int key) {
        return key == NO_KEY ? mprotect(call, address, length, protection) : -EINVAL;
    }

    @Syscall(value = "pkey_alloc", rejects = "every request", note = "As on a CPU without protection keys.")
    static long pkeyAlloc(Call call, int flags, int rights) {
        return flags != 0 || (rights & ~3) != 0 ? -EINVAL : -ENOSPC;
    }

    @Syscall(value = "pkey_free", rejects = "every request", note = "As on a CPU without protection keys.")
    static long pkeyFree(Call call, int key) {
        return -EINVAL;
    }
}

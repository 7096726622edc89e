package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/** madvise(2). */
final class Madvise {
    private Madvise() {
    }

    @WarmPath("per system call")
    @Syscall(value = "madvise",
            ignores = {"MADV_NORMAL", "MADV_RANDOM", "MADV_SEQUENTIAL", "MADV_WILLNEED", "MADV_MERGEABLE",
                "MADV_UNMERGEABLE", "MADV_HUGEPAGE", "MADV_NOHUGEPAGE", "MADV_COLD", "MADV_PAGEOUT"},
            rejects = {"MADV_HWPOISON", "MADV_SOFT_OFFLINE", "MADV_COLLAPSE"},
            note = "MADV_FREE frees at once.")
    static long madvise(Call call, long address, long length, int advice) {
        return advise(call.process().memory(), address, length, advice);
    }

    static long advise(UserSpace memory, long address, long length, int advice) {
        if (!Range.isAligned(address) || !Advice.isKnown(advice)) {
            return -EINVAL;
        }
        if (length == 0) {
            return 0;
        }
        long pages = Range.pages(length);
        if (pages <= 0) {
            return -EINVAL;
        }
        if (!Range.fits(address, pages)) {
            return address + pages < address ? -EINVAL : -ENOMEM;
        }
        return Advice.advise(memory, address, address + pages, advice);
    }
}

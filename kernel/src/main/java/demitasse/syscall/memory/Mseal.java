package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.Advice;
import demitasse.posix.task.Call;

/** mseal(2). */
final class Mseal {
    private Mseal() {
    }

    @Syscall("mseal")
    static long mseal(Call call, long address, long length, long flags) {
        long pages = Range.pages(length);
        boolean wraps = length != 0 && pages == 0 || address + pages < address;
        if (flags != 0 || !Range.isAligned(address) || wraps) {
            return -EINVAL;
        }
        return pages == 0 ? 0 : Advice.seal(call.process().memory(), address, address + pages);
    }
}

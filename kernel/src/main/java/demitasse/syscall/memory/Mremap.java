package demitasse.syscall.memory;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.memory.Remap;
import demitasse.posix.task.Call;

/** mremap(2). */
final class Mremap {
    private Mremap() {
    }

    @WarmPath("per system call")
    @Syscall(value = "mremap", note = "Moves a part of one mapping, as Linux before 6.17.")
    static long mremap(Call call, long address, long oldLength, long newLength, int flags, long newAddress) {
        return Remap.remap(call.process().memory(), address, oldLength, newLength, flags, newAddress);
    }
}

package demitasse.syscall.process;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** set_tid_address(2). */
final class SetTidAddress {
    private SetTidAddress() {
    }

    @Syscall("set_tid_address")
    static long setTidAddress(Call call, long address) {
        call.task().setClearTid(address);
        return call.task().ownTid();
    }
}

package demitasse.syscall.file;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** umask(2). */
final class Umask {
    private Umask() {
    }

    @Syscall("umask")
    static long umask(Call call, int mask) {
        int old = call.process().umask();
        call.process().setUmask(mask);
        return old;
    }
}

package demitasse.syscall.signal;

import static demitasse.base.error.Errno.ERESTARTNOHAND;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** sigsuspend(2), pause(2). */
final class Sigsuspend {
    private Sigsuspend() {
    }

    @Syscall("rt_sigsuspend")
    static long rtSigsuspend(Call call, long mask, long sizeBytes) {
        int loaded = SignalSets.load(call, mask, sizeBytes);
        if (loaded < 0) {
            return loaded;
        }
        call.task().signals().substituteMask(SignalSets.take(call));
        return pause(call);
    }

    @Syscall("pause")
    static long pause(Call call) {
        return call.task().hasDeliverableSignal() ? -ERESTARTNOHAND : call.park();
    }
}

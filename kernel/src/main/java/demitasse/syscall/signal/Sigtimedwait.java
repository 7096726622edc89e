package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINTR;

import demitasse.base.annotation.Syscall;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;

/** sigtimedwait(2). */
final class Sigtimedwait {
    private Sigtimedwait() {
    }

    @Syscall("rt_sigtimedwait")
    static long rtSigtimedwait(Call call, long set, long info, long timeout, long sizeBytes) {
        int loaded = SignalSets.load(call, set, sizeBytes);
        if (loaded < 0) {
            return loaded;
        }
        long wanted = SignalSets.take(call) & ~SignalNumber.UNBLOCKABLE;
        if (call.attempt == 0 && timeout != 0) {
            long durationNs = TimeLayout.loadTimespec(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            call.deadlineNs = Deadlines.after(call.instance().nowNs(), durationNs);
        }
        SignalInfo found = call.instance().deliveredSignal();
        if (call.task().signals().take(wanted, found)) {
            return answer(call, found, info);
        }
        if (call.wake == Call.EXPIRED || call.deadlineNs <= call.instance().nowNs()) {
            return -EAGAIN;
        }
        if (call.task().hasDeliverableSignal()) {
            // Not even restarted when no handler runs, signal(7).
            return -EINTR;
        }
        // The queue tells of every signal that comes to wait, blocked or not.
        return call.await(call.process().signals().waiters(), Events.IN);
    }

    private static long answer(Call call, SignalInfo found, long info) {
        int signal = found.number;
        if (info != 0) {
            long out = call.scratch(SignalInfo.SIZE_BYTES);
            found.store(out);
            if (call.process().memory().copyOut(out, info, SignalInfo.SIZE_BYTES) < 0) {
                return -EFAULT;
            }
        }
        return signal;
    }
}

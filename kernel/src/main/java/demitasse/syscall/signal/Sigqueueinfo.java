package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** rt_sigqueueinfo(2), rt_tgsigqueueinfo(2). */
final class Sigqueueinfo {
    private Sigqueueinfo() {
    }

    @Syscall("rt_sigqueueinfo")
    static long rtSigqueueinfo(Call call, int pid, int signal, long info) {
        long copy = UserWord.load(call, info, SignalInfo.SIZE_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        Process target = call.processOf(pid);
        if (mayNotPretend(call, copy, pid)) {
            return -EPERM;
        }
        long refusal = refusal(call, target, signal);
        return refusal != 0 || signal == 0 ? refusal : Signals.send(target, loaded(copy, signal));
    }

    @Syscall("rt_tgsigqueueinfo")
    static long rtTgsigqueueinfo(Call call, int pid, int tid, int signal, long info) {
        long copy = UserWord.load(call, info, SignalInfo.SIZE_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        if (pid <= 0 || tid <= 0) {
            return -EINVAL;
        }
        if (mayNotPretend(call, copy, pid)) {
            return -EPERM;
        }
        Task target = call.taskOf(tid);
        if (target == null || target.process().pid() != call.idOf(pid)) {
            return -ESRCH;
        }
        long refusal = signal < 0 || signal > SignalNumber.MAX ? -EINVAL
                : Permission.maySignal(call, target, signal) ? 0 : -EPERM;
        return refusal != 0 || signal == 0 ? refusal : Signals.send(target, loaded(copy, signal));
    }

    private static long refusal(Call call, Process target, int signal) {
        if (signal < 0 || signal > SignalNumber.MAX) {
            return -EINVAL;
        }
        if (target == null) {
            return -ESRCH;
        }
        return Permission.maySignal(call, target, signal) ? 0 : -EPERM;
    }

    /** Nobody may look like the kernel or like kill(2) to others. */
    private static boolean mayNotPretend(Call call, long copy, int pid) {
        SignalInfo info = new SignalInfo();
        info.load(copy);
        return (info.code >= 0 || info.code == SignalInfo.SI_TKILL) && pid != call.process().ownPid();
    }

    private static SignalInfo loaded(long copy, int signal) {
        SignalInfo info = new SignalInfo();
        info.load(copy);
        info.number = signal;
        return info;
    }
}

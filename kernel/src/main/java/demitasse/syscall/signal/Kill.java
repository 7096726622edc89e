package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** kill(2), tkill(2), tgkill(2). */
final class Kill {
    private static final int EVERYBODY = -1;

    private Kill() {
    }

    @WarmPath("per system call")
    @Syscall("kill")
    static long kill(Call call, int pid, int signal) {
        if (signal < 0 || signal > SignalNumber.MAX) {
            return -EINVAL;
        }
        if (pid > 0) {
            Process target = call.processOf(pid);
            return target == null ? killByThread(call, pid, signal) : send(call, target, signal);
        }
        return killSome(call, pid, signal);
    }

    /** The number of any thread stands for its process. */
    @ColdPath("a number of a thread")
    private static long killByThread(Call call, int tid, int signal) {
        Task target = call.taskOf(tid);
        return target == null ? -ESRCH : send(call, target.process(), signal);
    }

    private static long killSome(Call call, int pid, int signal) {
        int group = pid == 0 ? call.process().group() : pid == EVERYBODY ? 0 : call.idOf(-pid);
        if (group == 0 && pid != EVERYBODY) {
            return -ESRCH;
        }
        long result = -ESRCH;
        Processes processes = call.instance().processes();
        for (Process one = processes.first(); one != null; one = processes.after(one)) {
            boolean meant = pid == EVERYBODY ? call.numberOf(one.pid()) > Processes.INIT && one != call.process()
                    : one.group() == group;
            if (meant) {
                long sent = send(call, one, signal);
                result = sent == 0 || result == -ESRCH ? sent : result;
            }
        }
        return result;
    }

    private static long send(Call call, Process target, int signal) {
        if (!Permission.maySignal(call, target, signal)) {
            return -EPERM;
        }
        if (signal == 0) {
            return 0;
        }
        return Signals.send(target, from(call, target.credentials(), signal, SignalInfo.SI_USER));
    }

    @Syscall("tkill")
    static long tkill(Call call, int tid, int signal) {
        return tid <= 0 ? -EINVAL : toTask(call, 0, tid, signal);
    }

    @WarmPath("per system call")
    @Syscall("tgkill")
    static long tgkill(Call call, int pid, int tid, int signal) {
        return pid <= 0 || tid <= 0 ? -EINVAL : toTask(call, pid, tid, signal);
    }

    private static long toTask(Call call, int pid, int tid, int signal) {
        if (signal < 0 || signal > SignalNumber.MAX) {
            return -EINVAL;
        }
        Task target = call.taskOf(tid);
        if (target == null || pid != 0 && target.process().pid() != call.idOf(pid)) {
            return -ESRCH;
        }
        if (!Permission.maySignal(call, target, signal)) {
            return -EPERM;
        }
        return signal == 0 ? 0 : Signals.send(target, from(call, target.credentials(), signal, SignalInfo.SI_TKILL));
    }

    private static SignalInfo from(Call call, Credentials target, int signal, int code) {
        int uid = target.shownUid(call.credentials().uid);
        return new SignalInfo().set(signal, code).from(call.process().ownPid(), uid);
    }
}

package demitasse.syscall.signal;

import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** Who may signal whom, kill(2). */
final class Permission {
    private Permission() {
    }

    static boolean maySignal(Call call, Task target, int signal) {
        return maySignal(call, target.process(), target.credentials(), signal);
    }

    static boolean maySignal(Call call, Process target, int signal) {
        return maySignal(call, target, target.credentials(), signal);
    }

    private static boolean maySignal(Call call, Process target, Credentials other, int signal) {
        Credentials own = call.credentials();
        boolean sameUser = own.euid == other.suid || own.euid == other.uid || own.uid == other.suid
                || own.uid == other.uid;
        boolean continues = signal == SignalNumber.SIGCONT && call.process().session() == target.session();
        return call.process() == target || sameUser || continues || own.may(Credentials.CAP_KILL, other.users);
    }
}

package demitasse.syscall.signal;

import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;

/** Who may signal whom, kill(2). */
final class Permission {
    private Permission() {
    }

    static boolean maySignal(Process sender, Process target, int signal) {
        Credentials own = sender.credentials();
        Credentials other = target.credentials();
        boolean sameUser = own.euid == other.suid || own.euid == other.uid || own.uid == other.suid
                || own.uid == other.uid;
        boolean continues = signal == SignalNumber.SIGCONT && sender.session() == target.session();
        return sameUser || continues || own.may(Credentials.CAP_KILL);
    }
}

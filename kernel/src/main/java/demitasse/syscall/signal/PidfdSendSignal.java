package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PidFile;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;

/** pidfd_send_signal(2). */
final class PidfdSendSignal {
    private PidfdSendSignal() {
    }

    @Syscall(value = "pidfd_send_signal", rejects = "PIDFD_SIGNAL_*")
    static long pidfdSendSignal(Call call, int pidfd, int signal, long info, int flags) {
        if (flags != 0 || signal < 0 || signal > SignalNumber.MAX) {
            return -EINVAL;
        }
        FileHandle file = call.file(pidfd);
        if (file == null || !(file instanceof PidFile) && file.processId() == 0) {
            return -EBADF;
        }
        Process target = target(call, file);
        if (target == null) {
            return -ESRCH;
        }
        SignalInfo sent = new SignalInfo().set(signal, SignalInfo.SI_USER).from(call.process().ownPid(),
                target.credentials().shownUid(call.credentials().uid));
        if (info != 0) {
            long copy = UserWord.load(call, info, SignalInfo.SIZE_BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            sent.load(copy);
            if (sent.number != signal) {
                return -EINVAL;
            }
            boolean pretends = sent.code >= 0 || sent.code == SignalInfo.SI_TKILL;
            if (pretends && target != call.process()) {
                return -EPERM;
            }
        }
        if (!Permission.maySignal(call, target, signal)) {
            return -EPERM;
        }
        return signal == 0 ? 0 : Signals.send(target, sent);
    }

    /** A descriptor of pidfd_open(2) or of a directory /proc/PID; null when the process was waited for. */
    private static Process target(Call call, FileHandle file) {
        if (file instanceof PidFile pidFile) {
            return pidFile.isGone() ? null : pidFile.process();
        }
        return call.instance().processes().byPid(file.processId());
    }
}

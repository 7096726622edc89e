package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Buffer;
import demitasse.posix.debug.Tracing;
import demitasse.posix.file.PidFile;
import demitasse.posix.memory.Advice;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.syscall.abi.UserWord;

/** process_madvise(2), process_mrelease(2): the memory of a process that a descriptor stands for. */
final class ProcessMadvise {
    private static final int IOV_MAX = 1024;
    private static final int ENTRY_BYTES = 16;

    private ProcessMadvise() {
    }

    @Syscall(value = "process_madvise", ignores = {"MADV_COLD", "MADV_PAGEOUT", "MADV_WILLNEED"},
            rejects = {"MADV_COLLAPSE"}, note = "To itself a process may give any advice of madvise, as on Linux 6.13.")
    static long processMadvise(Call call, int pidfd, long vector, long count, int advice, int flags) {
        if (flags != 0 || Long.compareUnsigned(count, IOV_MAX) > 0) {
            return -EINVAL;
        }
        long entries = UserWord.load(call, vector, (int) count * ENTRY_BYTES);
        if (UserWord.isErrno(entries)) {
            return -EFAULT;
        }
        if (!(call.file(pidfd) instanceof PidFile file)) {
            return -EBADF;
        }
        Process target = file.process();
        boolean own = target == call.process();
        boolean harmless = advice == Advice.MADV_COLD || advice == Advice.MADV_PAGEOUT
                || advice == Advice.MADV_WILLNEED;
        if (target.memory() == null || target.firstTask() == null) {
            return -ESRCH;
        }
        if (!Tracing.isAllowedToFiles(call.task(), target.firstTask())) {
            return -EACCES;
        }
        if (!own && !call.credentials().may(Credentials.CAP_SYS_NICE, null)) {
            return -EPERM;
        }
        if (!Advice.isKnown(advice) || !own && !harmless) {
            return -EINVAL;
        }
        return advise(target, entries, (int) count, advice);
    }

    /** As many bytes as were advised before something was in the way; that, where nothing was. */
    private static long advise(Process target, long entries, int count, int advice) {
        long done = 0;
        Buffer vector = new Buffer(entries, count * ENTRY_BYTES);
        for (int i = 0; i < count; i++) {
            long address = vector.longAt(i * ENTRY_BYTES);
            long length = vector.longAt(i * ENTRY_BYTES + Long.BYTES);
            long error = Madvise.advise(target.memory(), address, length, advice);
            if (error < 0) {
                return done > 0 ? done : error;
            }
            done += length;
        }
        return done;
    }

    @Syscall("process_mrelease")
    static long processMrelease(Call call, int pidfd, int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        if (!(call.file(pidfd) instanceof PidFile file)) {
            return -EBADF;
        }
        Process target = file.process();
        if (target.memory() == null) {
            return -ESRCH;
        }
        if (!target.isExiting() || isNeeded(call, target)) {
            return -EINVAL;
        }
        if (target.memory() != call.process().memory()) {
            target.memory().reap();
        }
        return 0;
    }

    /** Whether a process that does not end has the same memory, clone(2) CLONE_VM. */
    private static boolean isNeeded(Call call, Process target) {
        Processes all = call.instance().processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            if (one != target && one.memory() == target.memory() && !one.isExiting()) {
                return true;
            }
        }
        return false;
    }
}

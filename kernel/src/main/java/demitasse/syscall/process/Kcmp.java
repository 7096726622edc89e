package demitasse.syscall.process;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.debug.Tracing;
import demitasse.posix.file.Epoll;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;

/** kcmp(2). */
final class Kcmp {
    private static final int KCMP_FILE = 0;
    private static final int KCMP_VM = 1;
    private static final int KCMP_FILES = 2;
    private static final int KCMP_FS = 3;
    private static final int KCMP_SIGHAND = 4;
    private static final int KCMP_IO = 5;
    private static final int KCMP_SYSVSEM = 6;
    private static final int KCMP_EPOLL_TFD = 7;
    /** struct kcmp_epoll_slot: the epoll's descriptor, that of the target, and which of several under that number. */
    private static final int SLOT_BYTES = 12;
    /** What differs has no order here. */
    private static final int UNORDERED = 3;

    private Kcmp() {
    }

    @Syscall(value = "kcmp", note = "What differs is told without an order (3).")
    static long kcmp(Call call, int first, int second, int type, long index, long otherIndex) {
        Task one = call.taskOf(first);
        Task other = call.taskOf(second);
        if (one == null || other == null || one.isDying() || other.isDying()) {
            return -ESRCH;
        }
        if (!Tracing.isAllowed(call.task(), one) || !Tracing.isAllowed(call.task(), other)) {
            return -EPERM;
        }
        Process a = one.process();
        Process b = other.process();
        return switch (type) {
            case KCMP_FILE -> files(a.files().at((int) index), b.files().at((int) otherIndex));
            case KCMP_VM -> result(a.memory() == b.memory());
            case KCMP_FILES -> result(a.files() == b.files());
            case KCMP_FS -> result(a.sharesPlaces(b));
            case KCMP_SIGHAND -> result(a.signals().dispositions() == b.signals().dispositions());
            // There are no I/O contexts: all tasks have the same one, none.
            case KCMP_IO -> 0;
            // Who has nothing to undo shares the list that nobody has.
            case KCMP_SYSVSEM -> result(a == b || !one.namespaces().ipc().undoes(a)
                    && !other.namespaces().ipc().undoes(b));
            case KCMP_EPOLL_TFD -> epollTarget(call, a.files().at((int) index), b, otherIndex);
            default -> -EINVAL;
        };
    }

    private static long epollTarget(Call call, FileHandle file, Process process, long address) {
        long slot = call.scratch(SLOT_BYTES);
        if (call.copyIn(address, slot, SLOT_BYTES) < 0) {
            return -EFAULT;
        }
        if (file == null || !(process.files().at(Memory.getInt(slot)) instanceof Epoll epoll)) {
            return file == null || process.files().at(Memory.getInt(slot)) == null ? -EBADF : -EINVAL;
        }
        FileHandle target = epoll.target(Memory.getInt(slot + 4), Memory.getInt(slot + 8));
        return target == null ? -ENOENT : result(file == target);
    }

    private static long files(FileHandle one, FileHandle other) {
        return one == null || other == null ? -EBADF : result(one == other);
    }

    private static long result(boolean same) {
        return same ? 0 : UNORDERED;
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.debug.Tracing;
import demitasse.posix.memory.MemoryPolicy;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.NodeMask;
import demitasse.syscall.abi.UserWord;

/** move_pages(2), migrate_pages(2): all pages are on the one node there is, and stay. */
final class MovePages {
    private static final int MPOL_MF_MOVE = 2;
    private static final int MPOL_MF_MOVE_ALL = 4;
    private static final int WORD_BYTES = 8;
    private static final int INT_BYTES = 4;

    private MovePages() {
    }

    /** Each page is told where it is; those that are to go elsewhere end the call, as there is nowhere else. */
    @Syscall("move_pages")
    static long movePages(Call call, int pid, long count, long pages, long nodes, long status, int flags) {
        if ((flags & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)) != 0) {
            return -EINVAL;
        }
        if ((flags & MPOL_MF_MOVE_ALL) != 0 && !call.credentials().may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        Task task = pid == 0 ? call.task() : call.taskOf(pid);
        long refusal = refusal(call, task);
        if (refusal != 0) {
            return refusal;
        }
        UserSpace memory = task.process().memory();
        for (long i = 0; i < count; i++) {
            // Nothing is kept from page to page, of which there may be any number.
            call.instance().scratch().reset();
            long result = one(call, memory, pages + i * WORD_BYTES, nodes == 0 ? 0 : nodes + i * INT_BYTES,
                    status + i * INT_BYTES);
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    private static long one(Call call, UserSpace memory, long page, long node, long status) {
        long copy = UserWord.load(call, page, WORD_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long address = Memory.getLong(copy);
        if (node != 0) {
            copy = UserWord.load(call, node, INT_BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            if (Memory.getInt(copy) != 0) {
                return -ENODEV;
            }
        }
        return UserWord.storeInt(call, status, MemoryPolicy.nodeNow(memory, address)) < 0 ? -EFAULT : 0;
    }

    /** 0, or why the memory of a task is not the caller's to move. */
    private static long refusal(Call call, Task task) {
        if (task == null) {
            return -ESRCH;
        }
        return !Tracing.isAllowed(call.task(), task) ? -EPERM : task.process().memory() == null ? -EINVAL : 0;
    }

    @Syscall("migrate_pages")
    static long migratePages(Call call, int pid, long maxNode, long oldNodes, long newNodes) {
        long from = NodeMask.load(call, oldNodes, maxNode);
        long to = from < 0 ? from : NodeMask.load(call, newNodes, maxNode);
        if (to < 0) {
            return to;
        }
        long refusal = refusal(call, pid == 0 ? call.task() : call.taskOf(pid));
        if (refusal != 0) {
            return refusal;
        }
        if ((to & ~MemoryPolicy.NODES) != 0 && !call.credentials().may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        return (to & MemoryPolicy.NODES) == 0 ? -EINVAL : 0;
    }
}

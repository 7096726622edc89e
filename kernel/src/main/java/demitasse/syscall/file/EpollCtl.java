package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.file.Epoll;
import demitasse.posix.file.EpollEvents;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** epoll_ctl(2). */
final class EpollCtl {
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;

    private EpollCtl() {
    }

    @WarmPath("per system call")
    @Syscall(value = "epoll_ctl", ignores = {"EPOLLWAKEUP"})
    static long epollCtl(Call call, int epollFd, int operation, int fd, long event) {
        int events = 0;
        long data = 0;
        if (operation != EPOLL_CTL_DEL) {
            long copy = call.scratch(EpollEvents.EVENT_BYTES);
            if (call.process().memory().copyIn(event, copy, EpollEvents.EVENT_BYTES) < 0) {
                return -EFAULT;
            }
            events = Memory.getInt(copy) & ~Epoll.WAKEUP;
            data = Memory.getLong(copy + Integer.BYTES);
        }
        FileHandle file = call.file(epollFd);
        FileHandle target = call.secondFile(fd);
        if (file == null || target == null) {
            return -EBADF;
        }
        if (!(file instanceof Epoll epoll) || target == file) {
            int refused = Epoll.refusal(call.instance().files(), target);
            return refused != 0 ? refused : -EINVAL;
        }
        switch (operation) {
            case EPOLL_CTL_ADD:
                return epoll.add(target, fd, events, data);
            case EPOLL_CTL_MOD:
                return epoll.modify(target, fd, events, data);
            case EPOLL_CTL_DEL:
                return epoll.remove(target, fd);
            default:
                return -EINVAL;
        }
    }
}

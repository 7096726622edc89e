package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.Epoll;
import demitasse.posix.task.Call;
import demitasse.vfs.OpenFlags;

/** epoll_create(2), epoll_create1(2). */
final class EpollCreate {
    private EpollCreate() {
    }

    @Syscall("epoll_create")
    static long epollCreate(Call call, int size) {
        return size <= 0 ? -EINVAL : epollCreate1(call, 0);
    }

    @Syscall("epoll_create1")
    static long epollCreate1(Call call, int flags) {
        if ((flags & ~OpenFlags.O_CLOEXEC) != 0) {
            return -EINVAL;
        }
        return call.process().files().installNew(new Epoll(call.instance().files()), flags != 0);
    }
}

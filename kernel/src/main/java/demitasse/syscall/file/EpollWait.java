package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINTR;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.file.Epoll;
import demitasse.posix.file.EpollEvents;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;

/** epoll_wait(2), epoll_pwait(2), epoll_pwait2(2). */
final class EpollWait {
    private static final int EVENTS_MAX = Integer.MAX_VALUE / EpollEvents.EVENT_BYTES;

    private EpollWait() {
    }

    @Syscall("epoll_wait")
    @HotPath("per system call")
    static long epollWait(Call call, int fd, long events, int max, int timeoutMs) {
        return attempt(call, fd, events, max, Timeouts.milliseconds(timeoutMs));
    }

    @Syscall("epoll_pwait")
    @HotPath("per system call")
    static long epollPwait(Call call, int fd, long events, int max, int timeoutMs, long mask, long maskBytes) {
        int masked = call.attempt == 0 ? SignalMask.substitute(call, mask, maskBytes) : 0;
        return masked < 0 ? masked : attempt(call, fd, events, max, Timeouts.milliseconds(timeoutMs));
    }

    @Syscall("epoll_pwait2")
    @HotPath("per system call")
    static long epollPwait2(Call call, int fd, long events, int max, long timeout, long mask, long maskBytes) {
        long durationNs = call.attempt == 0 ? Timeouts.timespec(call, timeout) : 0;
        if (durationNs < 0) {
            return durationNs;
        }
        int masked = call.attempt == 0 ? SignalMask.substitute(call, mask, maskBytes) : 0;
        return masked < 0 ? masked : attempt(call, fd, events, max, durationNs);
    }

    private static long attempt(Call call, int fd, long events, int max, long durationNs) {
        if (max <= 0 || max > EVENTS_MAX) {
            return -EINVAL;
        }
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof Epoll epoll)) {
            return -EINVAL;
        }
        EpollEvents target = call.instance().files().epollEvents().set(call.process().memory(), events);
        int reported = epoll.collect(target, max);
        if (reported != 0 || call.attempt == 0 && durationNs == 0) {
            return reported;
        }
        if (call.attempt == 0) {
            Timeouts.begin(call, durationNs);
        }
        long refusal = Timeouts.mayWait(call);
        if (refusal != 0) {
            // Unlike poll(2), never restarted, signal(7).
            return refusal == Timeouts.ELAPSED ? 0 : -EINTR;
        }
        return call.await(epoll.waiters(), Events.IN);
    }
}

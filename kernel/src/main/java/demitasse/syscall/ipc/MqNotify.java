package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSOCK;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.PosixQueue;
import demitasse.posix.ipc.PosixQueueHandle;
import demitasse.posix.netlink.NetlinkSocket;
import demitasse.posix.socket.LocalSocketFile;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;

/** mq_notify(3). struct sigevent: 0 sigev_value, 8 sigev_signo, 12 sigev_notify. */
final class MqNotify {
    private static final int BYTES = 64;
    private static final int SIGEV_SIGNAL = 0;
    private static final int SIGEV_NONE = 1;
    private static final int SIGEV_THREAD = 2;
    private static final int SIGNAL_MAX = 64;

    private MqNotify() {
    }

    @Syscall("mq_notify")
    static long mqNotify(Call call, int fd, long event) {
        int signal = 0;
        long value = 0;
        if (event != 0) {
            long copy = UserWord.load(call, event, BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            value = Memory.getLong(copy);
            int kind = Memory.getInt(copy + 12);
            signal = kind == SIGEV_NONE ? 0 : Memory.getInt(copy + 8);
            if (kind == SIGEV_THREAD) {
                return byThread(call, fd, value, signal);
            }
            if (kind != SIGEV_NONE && kind != SIGEV_SIGNAL
                    || kind == SIGEV_SIGNAL && (signal < 0 || signal > SIGNAL_MAX)) {
                return -EINVAL;
            }
        }
        if (!(call.file(fd) instanceof PosixQueueHandle file)) {
            return -EBADF;
        }
        if (event == 0) {
            file.queue().forgetNotify(call.process());
            return 0;
        }
        return file.queue().notify(call.process(), signal, value) ? 0 : -EBUSY;
    }

    /** What mq_notify(3) of the C library asks: a socket of netlink(7), and what is to come out of it. */
    private static long byThread(Call call, int fd, long cookie, int socketFd) {
        long copy = UserWord.load(call, cookie, PosixQueue.COOKIE_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        FileHandle socket = call.secondFile(socketFd);
        if (socket == null) {
            return -EBADF;
        }
        if (!(socket instanceof NetlinkSocket netlink)) {
            return socket instanceof NetSocket || socket instanceof LocalSocketFile ? -EINVAL : -ENOTSOCK;
        }
        if (!(call.file(fd) instanceof PosixQueueHandle file)) {
            return -EBADF;
        }
        byte[] bytes = new byte[PosixQueue.COOKIE_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Memory.getByte(copy + i);
        }
        return file.queue().notifyThread(call.process(), netlink, bytes) ? 0 : -EBUSY;
    }
}

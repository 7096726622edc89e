package demitasse.syscall.net;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.ENOTSOCK;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** getsockname(2), getpeername(2), shutdown(2). */
final class Getsockname {
    private Getsockname() {
    }

    @Syscall("getsockname")
    static long getsockname(Call call, int fd, long address, long lengthAddress) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.getsockname(call, numbered, address, lengthAddress);
        }
        return file instanceof UnixSocket socket ? Sockets.tell(call, socket.address(), address, lengthAddress)
                : -ENOTSOCK;
    }

    @Syscall("getpeername")
    static long getpeername(Call call, int fd, long address, long lengthAddress) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.getpeername(call, numbered, address, lengthAddress);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        return socket.peer() == null ? -ENOTCONN
                : Sockets.tell(call, socket.peer().address(), address, lengthAddress);
    }

    @WarmPath("per system call")
    @Syscall("shutdown")
    static long shutdown(Call call, int fd, int how) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return numbered.shutdown(how);
        }
        return file instanceof UnixSocket socket ? socket.shutdown(how) : -ENOTSOCK;
    }
}

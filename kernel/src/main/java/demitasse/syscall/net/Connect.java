package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.ENOTSOCK;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;

/** connect(2), accept(2). */
final class Connect {
    private static final int FLAGS = OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;

    private Connect() {
    }

    @WarmPath("per system call")
    @Syscall("connect")
    static long connect(Call call, int fd, long address, int lengthBytes) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.connect(call, numbered, address, lengthBytes);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        Name name = new Name();
        int family = Sockets.load(call, address, lengthBytes, name);
        if (family < 0) {
            return family;
        }
        if (family == Sockets.AF_UNSPEC && socket.type() == UnixSocket.DATAGRAM) {
            socket.disconnect();
            return 0;
        }
        if (family != Sockets.AF_UNIX || name.length() == 0) {
            return -EINVAL;
        }
        if (socket.asksWho()) {
            Bind.automatic(call, socket);
        }
        UnixSocket[] found = {null};
        int error = Sockets.find(call, socket, name, found);
        if (error < 0) {
            return error;
        }
        if (!socket.isConnected()) {
            // Whoever connects is who the other side meets, SO_PEERCRED, whoever made the socket.
            socket.setMaker(SocketCall.makerOf(call));
        }
        error = socket.connect(found[0]);
        if (error == -EAGAIN && !socket.nonBlocking()) {
            if (call.deadlineNs == Call.NEVER && socket.sendTimeoutNs > 0) {
                call.deadlineNs = call.instance().nowNs() + socket.sendTimeoutNs;
            }
            return call.await(found[0].room(), Events.OUT);
        }
        return error;
    }

    @WarmPath("per system call")
    @Syscall("accept")
    static long accept(Call call, int fd, long address, long lengthAddress) {
        return accept4(call, fd, address, lengthAddress, 0);
    }

    @WarmPath("per system call")
    @Syscall("accept4")
    static long accept4(Call call, int fd, long address, long lengthAddress, int flags) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if ((flags & ~FLAGS) != 0) {
            return -EINVAL;
        }
        if (call.process().files().isFull()) {
            // Before anything is taken: who waits stays in line until there are descriptors again.
            return -EMFILE;
        }
        if (file instanceof NetSocket numbered) {
            return !(numbered instanceof TcpSocket stream) ? -EOPNOTSUPP
                    : NetSocketCalls.accept(call, stream, address, lengthAddress, flags);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        if (!socket.isListening()) {
            return socket.type() == UnixSocket.DATAGRAM ? -EOPNOTSUPP : -EINVAL;
        }
        UnixSocket server = socket.accept();
        if (server == null) {
            return socket.isReadEnded() && !file.nonBlocking() ? -EINVAL : call.await(file, Events.IN);
        }
        server.setFlags(server.flags() | flags & OpenFlags.O_NONBLOCK);
        byte[] client = server.peer() == null ? null : server.peer().address();
        int newFd = call.process().files().installNew(server, (flags & OpenFlags.O_CLOEXEC) != 0);
        if (newFd < 0) {
            return newFd;
        }
        int stored = Sockets.store(call, client, address, lengthAddress);
        if (stored < 0) {
            call.process().files().close(newFd);
            return stored;
        }
        return newFd;
    }
}

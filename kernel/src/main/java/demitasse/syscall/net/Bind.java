package demitasse.syscall.net;

import static demitasse.base.error.Errno.EADDRINUSE;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTSOCK;

import demitasse.base.annotation.Syscall;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.socket.UnixSockets;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** bind(2), listen(2). */
final class Bind {
    private static final int SOMAXCONN = 4096;

    private Bind() {
    }

    @Syscall("bind")
    static long bind(Call call, int fd, long address, int lengthBytes) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.bind(call, numbered, address, lengthBytes);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        Name name = new Name();
        int family = Sockets.load(call, address, lengthBytes, name);
        if (family < 0) {
            return family;
        }
        if (family != Sockets.AF_UNIX) {
            return -EINVAL;
        }
        if (name.length() == 0) {
            automatic(call, socket);
            return 0;
        }
        if (!Sockets.isAbstract(name)) {
            return socket.address() == null ? bindPath(call, socket, name) : refusePath(call, name);
        }
        byte[] bytes = Sockets.bytes(name);
        UnixSockets registry = call.instance().files().unixSockets();
        return socket.address() != null ? -EINVAL
                : registry.at(bytes, socket) != null ? -EADDRINUSE : socket.bind(bytes, null);
    }

    /** "Autobind feature" of unix(7): a name for a socket without one. */
    static void automatic(Call call, UnixSocket socket) {
        if (socket.address() == null) {
            socket.bind(call.instance().files().unixSockets().automaticName(socket), null);
        }
    }

    /** Linux makes the node before it sees that the socket has a name: one that stands there already is told first. */
    private static long refusePath(Call call, Name name) {
        Path place = new Path();
        int error = call.instance().mounts().walk(call.process().directory(), call.process().root(), name, 0,
                call.credentials(), place);
        place.clear();
        return error == 0 ? -EADDRINUSE : error == -ENOENT ? -EINVAL : error;
    }

    /** Makes the node, unix(7) "Pathname socket ownership and permissions". */
    private static long bindPath(Call call, UnixSocket socket, Name name) {
        Process process = call.process();
        Mounts mounts = call.instance().mounts();
        Path place = new Path();
        byte[] bytes = Sockets.bytes(name);
        int error = mounts.walk(process.directory(), process.root(), name, PathWalk.PARENT,
                call.credentials(), place);
        PathWalk walker = mounts.walker();
        if (error == 0 && (walker.lastKind() != PathWalk.KIND_NAME || walker.endsInSlash())) {
            error = -EEXIST;
        }
        if (error == 0) {
            int mode = Stat.S_IFSOCK | 0777 & ~process.umask();
            error = mounts.changes().create(walker.directory(), walker.last(), mode, 0, call.credentials(), place);
        }
        error = error == -EEXIST ? -EADDRINUSE : error;
        if (error == 0) {
            error = socket.bind(bytes, place);
        }
        place.clear();
        return error;
    }

    @Syscall("listen")
    static long listen(Call call, int fd, int backlog) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        int limit = backlog < 0 || backlog > SOMAXCONN ? SOMAXCONN : backlog;
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.listen(numbered, limit);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        int error = socket.listen(limit);
        if (error == 0) {
            socket.setMaker(SocketCall.makerOf(call));
        }
        return error;
    }
}

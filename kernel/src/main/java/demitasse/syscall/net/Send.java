package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISCONN;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENOTSOCK;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPIPE;
import static demitasse.base.error.Errno.EPROTOTYPE;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.socket.Ancillary;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.Transfer;

/** send(2): sendto, sendmsg. */
final class Send {
    static final int MSG_OOB = 1;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_FASTOPEN = 0x2000_0000;
    /** struct msghdr: 0 name, 8 name length, 16 vector, 24 its length, 32 control, 40 its length, 48 flags. */
    static final int MESSAGE_BYTES = 56;

    /** UIO_MAXIOV. */
    private static final int VECTOR_MAX = 1024;

    private Send() {
    }

    @WarmPath("per system call")
    @Syscall(value = "sendto",
            ignores = {"MSG_EOR", "MSG_CONFIRM", "MSG_DONTROUTE"}, rejects = "MSG_FASTOPEN")
    static long sendto(Call call, int fd, long buffer, long count, int flags, long address, int addressBytes) {
        if (count < 0) {
            return -EFAULT;
        }
        if (call.file(fd) instanceof NetSocket numbered) {
            return NetSocketCalls.send(call, numbered, call.transfer(buffer, count), flags, address, addressBytes);
        }
        Ancillary identity = identity(call);
        return send(call, fd, call.transfer(buffer, count), flags, address, addressBytes, identity);
    }

    @WarmPath("per system call")
    @Syscall(value = "sendmsg",
            ignores = {"MSG_EOR", "MSG_CONFIRM", "MSG_DONTROUTE"}, rejects = "MSG_FASTOPEN")
    static long sendmsg(Call call, int fd, long message, int flags) {
        FileHandle file = call.file(fd);
        int refused = Sockets.refusal(file);
        if (refused != 0) {
            return refused;
        }
        long copy = call.scratch(MESSAGE_BYTES);
        if (call.copyIn(message, copy, MESSAGE_BYTES) < 0) {
            return -EFAULT;
        }
        int error = header(call, copy);
        long controlBytes = Memory.getLong(copy + 40);
        if (error == 0 && Long.compareUnsigned(controlBytes, Integer.MAX_VALUE) > 0) {
            error = -ENOBUFS;
        }
        if (error < 0) {
            return error;
        }
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.sendmsg(call, numbered, copy, flags);
        }
        Ancillary identity = identity(call);
        // Files go with the first byte only: a later attempt has sent them already.
        if (controlBytes != 0 && call.progress == 0) {
            error = ControlMessages.load(call, Memory.getLong(copy + 32), controlBytes, identity);
            if (error < 0) {
                return error;
            }
        }
        return send(call, fd, call.vector(), flags, Memory.getLong(copy), Memory.getInt(copy + 8), identity);
    }

    /** Takes the buffers of a struct msghdr as copy_msghdr() of Linux: 0, -EINVAL, -EMSGSIZE or -EFAULT. */
    static int header(Call call, long copy) {
        long count = Memory.getLong(copy + 24);
        if (Memory.getLong(copy) != 0 && Memory.getInt(copy + 8) < 0) {
            return -EINVAL;
        }
        return Long.compareUnsigned(count, VECTOR_MAX) > 0 ? -EMSGSIZE
                : call.vector(Memory.getLong(copy + 16), (int) count);
    }

    private static Ancillary identity(Call call) {
        Ancillary identity = new Ancillary();
        identity.pid = call.process().pid();
        identity.uid = call.credentials().uid;
        identity.gid = call.credentials().gid;
        return identity;
    }

    private static long send(Call call, int fd, Transfer source, int flags, long address, int addressBytes,
            Ancillary ancillary) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        boolean nothing = source.remaining() == 0 && call.progress == 0;
        if ((flags & MSG_OOB) != 0 && (socket.type() != UnixSocket.STREAM || nothing)) {
            return -EOPNOTSUPP;
        }
        nameFirst(call, socket);
        UnixSocket target = socket.peer();
        // With SOCK_SEQPACKET Linux does not look at an address.
        if (address != 0 && addressBytes != 0 && socket.type() != UnixSocket.SEQUENCED) {
            UnixSocket[] found = {null};
            int error = find(call, socket, address, addressBytes, found);
            if (error < 0) {
                return error;
            }
            target = found[0];
        }
        return sendAll(call, socket, target, source, flags, ancillary);
    }

    /** Whoever is asked to tell who he is gets a name, SO_PASSCRED of unix(7); a stream gets it when it connects. */
    private static void nameFirst(Call call, UnixSocket socket) {
        if (socket.asksWho() && socket.type() != UnixSocket.STREAM) {
            Bind.automatic(call, socket);
        }
    }

    private static int find(Call call, UnixSocket socket, long address, int addressBytes, UnixSocket[] out) {
        if (socket.type() != UnixSocket.DATAGRAM) {
            return socket.isConnected() ? -EISCONN : -EOPNOTSUPP;
        }
        Name name = new Name();
        int family = Sockets.load(call, address, addressBytes, name);
        if (family < 0) {
            return family;
        }
        int error = family != Sockets.AF_UNIX || name.length() == 0 ? -EINVAL
                : Sockets.find(call, socket, name, out);
        return error == 0 && out[0].type() != socket.type() ? -EPROTOTYPE : error;
    }

    private static long sendAll(Call call, UnixSocket socket, UnixSocket target, Transfer source, int flags,
            Ancillary ancillary) {
        if (call.deadlineNs == Call.NEVER && socket.sendTimeoutNs > 0) {
            call.deadlineNs = call.instance().nowNs() + socket.sendTimeoutNs;
        }
        while (true) {
            boolean urgent = (flags & MSG_OOB) != 0;
            long n = urgent && target != null && !target.mayMark() ? -EAGAIN : socket.send(source, target, ancillary);
            if (n == -EAGAIN) {
                boolean waits = (flags & MSG_DONTWAIT) == 0 && !socket.nonBlocking();
                if (!waits) {
                    return call.progress > 0 ? call.progress : -EAGAIN;
                }
                return call.await(socket.peer() == target ? socket.waiters() : target.room(), Events.OUT);
            }
            if (n < 0) {
                if (n == -EPIPE && (flags & MSG_NOSIGNAL) == 0) {
                    Signals.sendToSelf(call.task(), SignalNumber.SIGPIPE);
                }
                return call.progress > 0 ? call.progress : n;
            }
            call.progress += n;
            if (urgent && source.remaining() == 0) {
                socket.markUrgent(target, ancillary);
            }
            ancillary.clear();
            if (socket.type() != UnixSocket.STREAM || n == 0 || source.remaining() == 0) {
                return call.progress;
            }
        }
    }
}

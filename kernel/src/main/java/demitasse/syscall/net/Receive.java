package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSOCK;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.socket.Ancillary;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Transfer;

/** recv(2): recvfrom, recvmsg. */
final class Receive {
    private static final int MSG_PEEK = 2;
    static final int MSG_CTRUNC = 8;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

    private Receive() {
    }

    @WarmPath("per system call")
    @Syscall("recvfrom")
    static long recvfrom(Call call, int fd, long buffer, long count, int flags, long address, long lengthAddress) {
        if (count < 0) {
            return -EFAULT;
        }
        if (call.file(fd) instanceof NetSocket numbered) {
            return NetSocketCalls.recvfrom(call, numbered, call.transfer(buffer, count), flags, address, lengthAddress);
        }
        Ancillary received = new Ancillary();
        long n = receive(call, fd, call.transfer(buffer, count), flags, received);
        drop(received);
        if (n < 0) {
            return n;
        }
        int stored = address == 0 ? 0 : storeSender(call, received.address, address, lengthAddress);
        return stored < 0 ? stored : (flags & MSG_TRUNC) != 0 && received.truncated ? received.fullBytes : n;
    }

    /** A sender without a name has not even a family here, unlike in getpeername(2). */
    private static int storeSender(Call call, byte[] sender, long address, long lengthAddress) {
        if (sender != null) {
            return Sockets.store(call, sender, address, lengthAddress);
        }
        long length = call.scratch(Integer.BYTES);
        Memory.putInt(length, 0);
        return call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }

    @WarmPath("per system call")
    @Syscall("recvmsg")
    static long recvmsg(Call call, int fd, long message, int flags) {
        FileHandle file = call.file(fd);
        int refused = Sockets.refusal(file);
        if (refused != 0) {
            return refused;
        }
        long copy = call.scratch(Send.MESSAGE_BYTES);
        if (call.copyIn(message, copy, Send.MESSAGE_BYTES) < 0) {
            return -EFAULT;
        }
        int error = Send.header(call, copy);
        if (error < 0) {
            return error;
        }
        if (file instanceof NetSocket numbered) {
            return NetSocketCalls.recvmsg(call, numbered, message, copy, flags);
        }
        Ancillary received = new Ancillary();
        long n = receive(call, fd, call.vector(), flags, received);
        if (n < 0) {
            return n;
        }
        return finish(call, (UnixSocket) file, message, copy, n, flags, received);
    }

    private static long finish(Call call, UnixSocket socket, long message, long copy, long n, int flags,
            Ancillary received) {
        int outFlags = (received.truncated ? MSG_TRUNC : 0) | (received.outOfBand ? Send.MSG_OOB : 0);
        if (Memory.getLong(copy) != 0) {
            int room = Memory.getInt(copy + 8);
            long name = call.scratch(Sockets.ADDRESS_BYTES_MAX + 1);
            int bytes = received.address == null ? 0 : Sockets.write(received.address, name);
            int stored = call.process().memory().copyOut(name, Memory.getLong(copy), Math.min(room, bytes));
            if (stored < 0) {
                drop(received);
                return stored;
            }
            Memory.putInt(copy + 8, bytes);
        }
        long control = Memory.getLong(copy + 32);
        long room = control == 0 ? 0 : Memory.getLong(copy + 40);
        long used = ControlMessages.store(call, control, room, received, socket,
                (flags & MSG_CMSG_CLOEXEC) != 0);
        if (used < 0) {
            return used;
        }
        outFlags |= (used & ControlMessages.CUT) != 0 ? MSG_CTRUNC : 0;
        outFlags |= flags & MSG_CMSG_CLOEXEC;
        Memory.putLong(copy + 40, used & ~ControlMessages.CUT);
        Memory.putInt(copy + 48, outFlags);
        if (!tell(call, copy, message)) {
            return -EFAULT;
        }
        return (flags & MSG_TRUNC) != 0 && received.truncated ? received.fullBytes : n;
    }

    /** What changes of a struct msghdr: the lengths, and the flags. The rest may not be the program's any more. */
    static boolean tell(Call call, long copy, long message) {
        UserSpace memory = call.process().memory();
        if (!call.isDetached()) {
            return memory.copyOut(copy, message, Send.MESSAGE_BYTES) >= 0;
        }
        return memory.copyOut(copy + 8, message + 8, Integer.BYTES) >= 0
                && memory.copyOut(copy + 40, message + 40, Long.BYTES + Integer.BYTES) >= 0;
    }

    private static long receive(Call call, int fd, Transfer target, int flags, Ancillary received) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        if ((flags & Send.MSG_OOB) != 0) {
            return socket.receiveUrgent(target, (flags & MSG_PEEK) != 0, received);
        }
        // Only what stays where it is can be shown at once and whole, so that MSG_PEEK waits for nothing but the first.
        boolean gathers = socket.type() == UnixSocket.STREAM && (flags & MSG_PEEK) == 0;
        long leastBytes = !gathers ? 0 : (flags & MSG_WAITALL) != 0 ? Long.MAX_VALUE : socket.receiveLowBytes;
        while (true) {
            // An urgent byte ends what one call reads.
            long n = call.progress > 0 && socket.isAtMark() ? 0 : socket.receive(target, flags & MSG_PEEK, received);
            if (n == -EAGAIN) {
                boolean waits = (flags & Send.MSG_DONTWAIT) == 0 && !socket.nonBlocking();
                if (waits && socket.endsWaiting()) {
                    return 0;
                }
                return waits ? call.await(socket, Events.IN) : call.progress > 0 ? call.progress : -EAGAIN;
            }
            if (n < 0) {
                return call.progress > 0 ? call.progress : n;
            }
            call.progress += n;
            if (call.progress >= leastBytes || n == 0 || target.remaining() == 0 || received.files.length > 0) {
                return call.progress;
            }
        }
    }

    private static void drop(Ancillary received) {
        for (FileHandle file : received.files) {
            file.release();
        }
        received.dropFiles();
    }
}

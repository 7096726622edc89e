package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTTY;

import demitasse.base.memory.Memory;
import demitasse.posix.file.FileOwner;
import demitasse.posix.file.Ioctls;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** "Managing signals" of fcntl(2): who is told of input and output by SIGIO, and whether anybody is. */
final class SetOwner {
    /** struct f_owner_ex: type, pid. */
    private static final int EXTENDED_BYTES = 8;

    private SetOwner() {
    }

    /** F_SETOWN, and FIOSETOWN of a socket: a negative number is a process group. */
    static long set(Call call, FileHandle file, int who) {
        if (who == Integer.MIN_VALUE) {
            return -EINVAL;
        }
        FileOwner owner = FileOwner.of(file, call.instance());
        int kind = who < 0 ? FileOwner.GROUP : FileOwner.PROCESS;
        return owner.set(kind, numbered(call, Math.abs(who)), call.credentials());
    }

    /** The instance's number; -1, which is nobody's, for what the caller does not see. */
    private static int numbered(Call call, int number) {
        int id = call.idOf(number);
        return id == 0 && number != 0 ? -1 : id;
    }

    /** The same by ioctl(2), socket(7): FIOSETOWN, SIOCSPGRP, FIOGETOWN, SIOCGPGRP. */
    static long ofSocket(Call call, FileHandle file, int request, long argument) {
        if (!(file instanceof UnixSocket) && !(file instanceof InetSocket)) {
            return -ENOTTY;
        }
        if (request == Ioctls.FIOGETOWN || request == Ioctls.SIOCGPGRP) {
            return UserWord.storeInt(call, argument, get(call, file));
        }
        long in = UserWord.load(call, argument, Integer.BYTES);
        return UserWord.isErrno(in) ? in : set(call, file, Memory.getInt(in));
    }

    /** F_GETOWN. */
    static int get(Call call, FileHandle file) {
        FileOwner owner = FileOwner.of(file);
        if (owner == null) {
            return 0;
        }
        int number = call.numberOf(owner.id());
        return owner.kind() == FileOwner.GROUP ? -number : number;
    }

    /** F_SETOWN_EX. */
    static long setExtended(Call call, FileHandle file, long address) {
        long in = UserWord.load(call, address, EXTENDED_BYTES);
        if (UserWord.isErrno(in)) {
            return in;
        }
        int kind = Memory.getInt(in);
        if (kind < FileOwner.TASK || kind > FileOwner.GROUP) {
            return -EINVAL;
        }
        return FileOwner.of(file, call.instance()).set(kind, numbered(call, Memory.getInt(in + Integer.BYTES)),
                call.credentials());
    }

    /** F_GETOWN_EX. */
    static long getExtended(Call call, FileHandle file, long address) {
        FileOwner owner = FileOwner.of(file);
        long out = call.scratch(EXTENDED_BYTES);
        Memory.putInt(out, owner == null ? FileOwner.TASK : owner.kind());
        Memory.putInt(out + Integer.BYTES, owner == null ? 0 : call.numberOf(owner.id()));
        return call.process().memory().copyOut(out, address, EXTENDED_BYTES);
    }

    /** F_SETSIG. */
    static long setSignal(Call call, FileHandle file, long signal) {
        if (signal < 0 || signal > SignalNumber.MAX) {
            return -EINVAL;
        }
        FileOwner.of(file, call.instance()).setSignal((int) signal);
        return 0;
    }

    /** F_GETSIG. */
    static long signal(FileHandle file) {
        FileOwner owner = FileOwner.of(file);
        return owner == null ? 0 : owner.signal();
    }

    /** F_SETFL: O_ASYNC means nothing to a file that cannot signal. */
    static void setAsync(Call call, FileHandle file, int fd, boolean on) {
        if (on != isAsync(file) && file.canSignal()) {
            FileOwner.of(file, call.instance()).listen(on, fd, call.task());
        }
    }

    /** FIOASYNC, ioctl(2). */
    static long setAsync(Call call, FileHandle file, int fd, long argument) {
        long in = UserWord.load(call, argument, Integer.BYTES);
        if (UserWord.isErrno(in)) {
            return in;
        }
        boolean on = Memory.getInt(in) != 0;
        if (on != isAsync(file) && !file.canSignal()) {
            return -ENOTTY;
        }
        setAsync(call, file, fd, on);
        return 0;
    }

    private static boolean isAsync(FileHandle file) {
        return (file.flags() & OpenFlags.O_ASYNC) != 0;
    }
}

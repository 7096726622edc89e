package demitasse.syscall.net;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSOCK;

import demitasse.base.memory.Memory;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** Addresses on their way in and out: struct sockaddr_un, unix(7): 0 sun_family, 2 sun_path. */
final class Sockets {
    static final int AF_UNSPEC = 0;
    static final int AF_UNIX = 1;
    static final int FAMILY_BYTES = 2;
    static final int ADDRESS_BYTES_MAX = 110;

    private Sockets() {
    }

    /** Why a descriptor is none of a socket: -EBADF, -ENOTSOCK, or 0 when it is. */
    static int refusal(FileHandle file) {
        return file == null ? -EBADF : file instanceof NetSocket || file instanceof UnixSocket ? 0 : -ENOTSOCK;
    }

    /**
     * Copies an address in: its bytes stand at {@link Call#scratch} memory that {@code out} shows, from sun_path on, up
     * to a NUL for a path.
     *
     * @return the family, or -EINVAL, -EFAULT
     */
    static int load(Call call, long address, int lengthBytes, Name out) {
        if (lengthBytes < FAMILY_BYTES || lengthBytes > ADDRESS_BYTES_MAX) {
            return -EINVAL;
        }
        long copy = call.scratch(ADDRESS_BYTES_MAX);
        if (call.copyIn(address, copy, lengthBytes) < 0) {
            return -EFAULT;
        }
        int length = lengthBytes - FAMILY_BYTES;
        long path = copy + FAMILY_BYTES;
        if (length > 0 && Memory.getByte(path) != 0) {
            int end = 0;
            while (end < length && Memory.getByte(path + end) != 0) {
                end++;
            }
            length = end;
        }
        out.set(path, length);
        return Memory.getUnsignedShort(copy);
    }

    static boolean isAbstract(Name address) {
        return address.at(0) == 0;
    }

    static byte[] bytes(Name address) {
        byte[] bytes = new byte[address.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) address.at(i);
        }
        return bytes;
    }

    /** Why {@link #find} found nothing: 0 or -errno; the socket is in {@code out}, whose index 0 is the result. */
    static int find(Call call, UnixSocket seeker, Name address, UnixSocket[] out) {
        if (isAbstract(address)) {
            out[0] = call.instance().files().unixSockets().at(bytes(address), seeker);
            return out[0] == null ? -ECONNREFUSED : 0;
        }
        Process process = call.process();
        Path place = new Path();
        int error = call.instance().mounts().walk(process.directory(), process.root(), address, PathWalk.FOLLOW,
                call.credentials(), place);
        if (error < 0) {
            return error;
        }
        Stat stat = call.instance().files().stat();
        error = place.inode().stat(stat);
        if (error == 0 && !call.credentials().allows(stat, Access.WRITE)) {
            error = -EACCES;
        }
        if (error == 0) {
            out[0] = call.instance().files().unixSockets().at(place.inode());
            error = out[0] == null ? -ECONNREFUSED : 0;
        }
        place.clear();
        return error;
    }

    /**
     * Tells a program an address, as much as fits, and how long it is.
     *
     * @param name null for a socket without one
     * @param target 0 when nobody wants to know
     */
    static int store(Call call, byte[] name, long target, long lengthAddress) {
        return target == 0 ? 0 : tell(call, name, target, lengthAddress);
    }

    /** The same where not to have a place means to have no room, as for getsockname(2). */
    static int tell(Call call, byte[] name, long target, long lengthAddress) {
        long length = call.scratch(Integer.BYTES);
        if (call.process().memory().copyIn(lengthAddress, length, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int room = Memory.getInt(length);
        if (room < 0) {
            return -EINVAL;
        }
        long copy = call.scratch(ADDRESS_BYTES_MAX + 1);
        int bytes = write(name, copy);
        Memory.putInt(length, bytes);
        int result = call.process().memory().copyOut(copy, target, Math.min(room, bytes));
        return result < 0 ? result : call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }

    /** Writes a struct sockaddr_un; returns its length. */
    static int write(byte[] name, long target) {
        Memory.putShort(target, (short) AF_UNIX);
        if (name == null) {
            return FAMILY_BYTES;
        }
        for (int i = 0; i < name.length; i++) {
            Memory.putByte(target + FAMILY_BYTES + i, name[i]);
        }
        boolean path = name.length > 0 && name[0] != 0;
        if (path) {
            Memory.putByte(target + FAMILY_BYTES + name.length, (byte) 0);
        }
        return FAMILY_BYTES + name.length + (path ? 1 : 0);
    }
}

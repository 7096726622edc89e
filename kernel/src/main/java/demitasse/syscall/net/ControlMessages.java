package demitasse.syscall.net;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;
import static demitasse.base.error.Errno.ETOOMANYREFS;

import demitasse.base.memory.Memory;
import demitasse.posix.file.FileTable;
import demitasse.posix.ring.Ring;
import demitasse.posix.socket.Ancillary;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;

/** Control messages, cmsg(3): struct cmsghdr is 0 cmsg_len, 8 cmsg_level, 12 cmsg_type, 16 data; 8-byte aligned. */
final class ControlMessages {
    /** {@link #store}: something found no room. */
    static final long CUT = Long.MIN_VALUE >>> 1;
    static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    static final int SCM_CREDENTIALS = 2;
    private static final int SCM_PIDFD = 4;
    static final int HEADER_BYTES = 16;
    static final int LEVEL = 8;
    static final int TYPE = 12;
    private static final int CREDENTIALS_BYTES = 12;
    private static final int TIME_BYTES = 16;
    private static final long NS_PER_S = 1_000_000_000L;
    /** Far more than {@link Ancillary#FILES_MAX} descriptors need; Linux has /proc/sys/net/core/optmem_max. */
    static final int CONTROL_BYTES_MAX = 4096;

    private ControlMessages() {
    }

    /** Reads what a program sends along: 0, -EINVAL, -EFAULT, -EBADF, -ENOBUFS for too much, -EPERM, -ESRCH. */
    static int load(Call call, long address, long lengthBytes, Ancillary out) {
        if (lengthBytes < 0 || lengthBytes > CONTROL_BYTES_MAX) {
            return -ENOBUFS;
        }
        long copy = call.scratch(CONTROL_BYTES_MAX);
        int length = (int) lengthBytes;
        if (call.copyIn(address, copy, length) < 0) {
            return -EFAULT;
        }
        int offset = 0;
        while (offset + HEADER_BYTES <= length) {
            long bytes = Memory.getLong(copy + offset);
            if (bytes < HEADER_BYTES || bytes > length - offset) {
                return -EINVAL;
            }
            if (Memory.getInt(copy + offset + LEVEL) == SOL_SOCKET) {
                int type = Memory.getInt(copy + offset + TYPE);
                int error = loadOne(call, type, copy + offset + HEADER_BYTES, (int) bytes - HEADER_BYTES, out);
                if (error < 0) {
                    return error;
                }
            }
            offset += (int) bytes + 7 & -8;
        }
        return 0;
    }

    private static int loadOne(Call call, int type, long data, int bytes, Ancillary out) {
        switch (type) {
            case SCM_RIGHTS:
                return loadFiles(call, data, bytes / Integer.BYTES, out);
            case SCM_CREDENTIALS:
                return bytes < CREDENTIALS_BYTES ? -EINVAL : loadCredentials(call, data, out);
            default:
                return -EINVAL;
        }
    }

    private static int loadFiles(Call call, long data, int count, Ancillary out) {
        if (count + out.files.length > Ancillary.FILES_MAX) {
            return -EINVAL;
        }
        Credentials own = call.credentials();
        if (call.instance().files().unixSockets().filesInFlight() > call.process().files().limit()
                && !own.may(Credentials.CAP_SYS_RESOURCE) && !own.may(Credentials.CAP_SYS_ADMIN)) {
            return -ETOOMANYREFS;
        }
        FileHandle[] files = new FileHandle[out.files.length + count];
        System.arraycopy(out.files, 0, files, 0, out.files.length);
        for (int i = 0; i < count; i++) {
            FileHandle file = call.process().files().at(Memory.getInt(data + (long) i * Integer.BYTES));
            if (file == null) {
                return -EBADF;
            }
            if (file instanceof Ring) {
                // As Linux since 6.7: a ring that holds the socket it waits in would never go.
                return -EINVAL;
            }
            files[out.files.length + i] = file;
        }
        out.files = files;
        return 0;
    }

    /** Only the truth may be told, unless one may become anybody, unix(7). */
    private static int loadCredentials(Call call, long data, Ancillary out) {
        Credentials own = call.credentials();
        int pid = Memory.getInt(data);
        int uid = own.uidOf(Memory.getInt(data + 4));
        int gid = own.gidOf(Memory.getInt(data + 8));
        boolean pidIsOwn = pid == call.process().ownPid()
                || own.may(Credentials.CAP_SYS_ADMIN, call.process().pidNamespace().owner());
        boolean uidIsOwn = uid == own.uid || uid == own.euid || uid == own.suid || own.holds(Credentials.CAP_SETUID);
        boolean gidIsOwn = gid == own.gid || gid == own.egid || gid == own.sgid || own.holds(Credentials.CAP_SETGID);
        if (uid == -1 || gid == -1) {
            return -EINVAL;
        }
        if (!pidIsOwn || !uidIsOwn || !gidIsOwn) {
            return -EPERM;
        }
        if (call.processOf(pid) == null) {
            return -ESRCH;
        }
        out.tellsSender = true;
        out.pid = call.idOf(pid);
        out.uid = uid;
        out.gid = gid;
        return 0;
    }

    /**
     * Hands a program what came with a message. Files that find no room, or no descriptor, are closed.
     *
     * @return the bytes used, with the top bit set when something was cut off (MSG_CTRUNC); or -EFAULT
     */
    static long store(Call call, long address, long roomBytes, Ancillary received, UnixSocket socket,
            boolean cloexec) {
        ControlList out = new ControlList(call.scratch(CONTROL_BYTES_MAX), roomBytes);
        if (socket.type() != UnixSocket.STREAM && (socket.tellsTimeUs || socket.tellsTimeNs)) {
            time(out, received.sentNs, socket);
        }
        if (socket.passesCredentials) {
            long data = out.begin(SOL_SOCKET, SCM_CREDENTIALS, CREDENTIALS_BYTES);
            Memory.putInt(data, call.numberOf(received.pid));
            Memory.putInt(data + 4, call.credentials().shownUid(received.uid));
            Memory.putInt(data + 8, call.credentials().shownGid(received.gid));
        }
        int count = received.files.length;
        int fitting = Math.max(0, Math.min(count, (out.freeBytes() - HEADER_BYTES) / Integer.BYTES));
        long numbers = call.scratch(Ancillary.FILES_MAX * Integer.BYTES);
        int given = give(call, received.files, fitting, numbers, cloexec);
        if (given > 0) {
            Memory.copy(numbers, out.begin(SOL_SOCKET, SCM_RIGHTS, given * Integer.BYTES), given * Integer.BYTES);
        }
        boolean cut = out.isCut();
        if (socket.passesPidfd) {
            boolean fits = out.freeBytes() >= HEADER_BYTES + Integer.BYTES;
            cut |= !fits;
            if (fits) {
                Memory.putInt(out.begin(SOL_SOCKET, SCM_PIDFD, Integer.BYTES), LocalOptions.pidfd(call, received.pid));
            }
        }
        int used = out.usedBytes();
        if (used > 0 && call.process().memory().copyOut(out.base, address, used) < 0) {
            return -EFAULT;
        }
        return cut || given < count ? used | CUT : used;
    }

    /** struct timeval or struct timespec; for a message from before the option was set it is now, as on Linux. */
    private static void time(ControlList out, long sentNs, UnixSocket socket) {
        long ns = sentNs != 0 ? sentNs : socket.realtimeNs();
        long data = out.begin(SOL_SOCKET, socket.tellsTimeNs ? SocketOptions.SO_TIMESTAMPNS
                : SocketOptions.SO_TIMESTAMP, TIME_BYTES);
        Memory.putLong(data, ns / NS_PER_S);
        Memory.putLong(data + 8, socket.tellsTimeNs ? ns % NS_PER_S : ns % NS_PER_S / 1000);
    }

    /** Installs the first files and releases the rest; returns how many were installed. */
    private static int give(Call call, FileHandle[] files, int fitting, long target, boolean cloexec) {
        FileTable table = call.process().files();
        int given = 0;
        for (int i = 0; i < files.length; i++) {
            int fd = i < fitting && given == i ? table.install(files[i], 0, cloexec) : -1;
            if (fd < 0) {
                files[i].release();
            } else {
                Memory.putInt(target + (long) given * Integer.BYTES, fd);
                given++;
            }
        }
        return given;
    }
}

package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.PosixQueue;
import demitasse.posix.ipc.PosixQueueHandle;
import demitasse.posix.ipc.PosixQueues;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Limits;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.Access;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;

/** mq_open(3) and mq_unlink(3), as the C library asks for them: without the slash before the name. */
final class MqOpen {
    private static final int NAME_BYTES_MAX = 255;
    private static final int MODE_MASK = 07777;

    private MqOpen() {
    }

    @Syscall(value = "mq_open", note = "There is no /dev/mqueue to list the queues.")
    static long mqOpen(Call call, long name, int flags, int mode, long attributes) {
        int error = name(call, name);
        if (error < 0) {
            return error;
        }
        if (call.process().files().isFull()) {
            return -EMFILE;
        }
        PosixQueue queue = call.namespaces().ipc().posixQueues().find(call.path());
        boolean creates = (flags & OpenFlags.O_CREAT) != 0;
        if (queue == null) {
            return creates ? create(call, flags, mode, attributes) : -ENOENT;
        }
        if (creates && (flags & OpenFlags.O_EXCL) != 0) {
            return -EEXIST;
        }
        int access = flags & OpenFlags.O_ACCMODE;
        if (access == OpenFlags.O_ACCMODE) {
            return -EINVAL;
        }
        int wanted = access == OpenFlags.O_RDONLY ? Access.READ
                : access == OpenFlags.O_WRONLY ? Access.WRITE : Access.READ | Access.WRITE;
        Stat stat = call.instance().files().stat();
        queue.stat(stat);
        return call.credentials().allows(stat, wanted) ? open(call, queue, flags) : -EACCES;
    }

    private static int name(Call call, long name) {
        int error = call.path(name);
        if (error < 0) {
            return error;
        }
        Name path = call.path();
        if (path.length() == 0 || path.length() > NAME_BYTES_MAX) {
            return path.length() == 0 ? -ENOENT : -ENAMETOOLONG;
        }
        for (int i = 0; i < path.length(); i++) {
            if (path.at(i) == '/') {
                return -EACCES;
            }
        }
        return 0;
    }

    private static long create(Call call, int flags, int mode, long attributes) {
        Credentials who = call.credentials();
        boolean unlimited = who.may(Credentials.CAP_SYS_RESOURCE);
        PosixQueues queues = call.namespaces().ipc().posixQueues();
        long countMax = queues.defaultCount();
        long sizeMaxBytes = queues.defaultSizeBytes();
        if (attributes != 0) {
            long copy = UserWord.load(call, attributes, MqAttributes.BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            countMax = Memory.getLong(copy + MqAttributes.COUNT_MAX);
            sizeMaxBytes = Memory.getLong(copy + MqAttributes.SIZE_MAX);
        }
        int countLimit = unlimited ? PosixQueues.MSG_HARD_MAX : queues.setting(PosixQueues.MSG_MAX);
        int sizeLimit = unlimited ? PosixQueues.MSGSIZE_HARD_MAX : queues.setting(PosixQueues.MSGSIZE_MAX);
        if (countMax <= 0 || sizeMaxBytes <= 0 || countMax > countLimit || sizeMaxBytes > sizeLimit) {
            return -EINVAL;
        }
        if (queues.count() >= queues.setting(PosixQueues.QUEUES_MAX) && !unlimited) {
            return -ENOSPC;
        }
        long bytes = queues.bytesOf(who.fsuid) + PosixQueues.limitBytes(countMax, sizeMaxBytes);
        if (Long.compareUnsigned(bytes, call.process().limits().soft(Limits.RLIMIT_MSGQUEUE)) > 0) {
            return -EMFILE;
        }
        if (!JavaHeap.hasRoom(PosixQueue.HEAP_BYTES)) {
            return -ENOMEM;
        }
        int permissions = mode & MODE_MASK & ~call.process().umask();
        PosixQueue queue = new PosixQueue(call.instance().files(), bytes(call.path()), permissions, who.fsuid,
                who.fsgid, countMax, sizeMaxBytes);
        queues.add(queue);
        return open(call, queue, flags);
    }

    private static long open(Call call, PosixQueue queue, int flags) {
        int kept = flags & (OpenFlags.O_ACCMODE | OpenFlags.O_NONBLOCK);
        return call.process().files().installNew(new PosixQueueHandle(call.instance().files(), queue, kept),
                (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    private static byte[] bytes(Name name) {
        byte[] copy = new byte[name.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = (byte) name.at(i);
        }
        return copy;
    }

    /** The queues stand in a sticky directory of root's, mq_overview(7). */
    @Syscall("mq_unlink")
    static long mqUnlink(Call call, long name) {
        int error = name(call, name);
        if (error < 0) {
            return error;
        }
        PosixQueue queue = call.namespaces().ipc().posixQueues().find(call.path());
        if (queue == null) {
            return -ENOENT;
        }
        Stat stat = call.instance().files().stat();
        queue.stat(stat);
        if (!call.credentials().owns(stat)) {
            return -EPERM;
        }
        call.namespaces().ipc().posixQueues().remove(queue);
        return 0;
    }
}

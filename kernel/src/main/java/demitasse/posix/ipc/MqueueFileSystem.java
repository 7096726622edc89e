package demitasse.posix.ipc;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.vfs.DirectoryHandle;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/** The POSIX message queues as files, mq_overview(7) "Mounting the message queue filesystem". */
public final class MqueueFileSystem implements FileSystem {
    private static final long MQUEUE_MAGIC = 0x1980_0202L;
    private static final int BLOCK_BYTES = 4096;
    public static final int NAME_BYTES_MAX = 255;
    private static final int REGULAR_FILE = 8;

    private final Files files;
    private final PosixQueues queues;
    private final Directory root;
    private final long nameBuffer;
    private final Name name = new Name();

    /** @param nameBuffer {@link #NAME_BYTES_MAX} bytes of kernel memory, kept */
    public MqueueFileSystem(Files files, PosixQueues queues, long nameBuffer) {
        this.files = files;
        this.queues = queues;
        this.nameBuffer = nameBuffer;
        root = new Directory();
    }

    @Override
    public String type() {
        return "mqueue";
    }

    @Override
    public Inode root() {
        return root;
    }

    /** mq_open(3) and mq_unlink(3) do not ask. */
    @Override
    public boolean cachesNames() {
        return false;
    }

    @Override
    public int statistics(Statistics out) {
        out.withoutBlocks(MQUEUE_MAGIC, BLOCK_BYTES, NAME_BYTES_MAX);
        return 0;
    }

    private Name nameOf(PosixQueue queue) {
        for (int i = 0; i < queue.name.length; i++) {
            Memory.putByte(nameBuffer + i, queue.name[i]);
        }
        name.set(nameBuffer, queue.name.length);
        return name;
    }

    private final class Directory extends AnonymousInode {
        Directory() {
            super(files, PosixQueue.DEVICE, Stat.S_IFDIR | 01777, 0, 0);
        }

        @Override
        public int lookup(Name wanted, Ref<Inode> out) {
            out.value = queues.find(wanted);
            return out.value == null ? -ENOENT : 0;
        }

        @Override
        public int open(int flags, Path path, Ref<FileHandle> out) {
            if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
                return -EISDIR;
            }
            out.value = new Listing(flags, path);
            return 0;
        }

        /** A queue with the limits that mq_open(3) gives by itself. */
        @Override
        public int create(Name wanted, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
            if ((mode & Stat.S_IFMT) != Stat.S_IFREG) {
                return -EPERM;
            }
            if (queues.find(wanted) != null) {
                return -EEXIST;
            }
            if (queues.count() >= queues.setting(PosixQueues.QUEUES_MAX) || !JavaHeap.hasRoom(PosixQueue.HEAP_BYTES)) {
                return -ENOSPC;
            }
            byte[] bytes = new byte[wanted.length()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) wanted.at(i);
            }
            PosixQueue queue = new PosixQueue(files, bytes, mode & ~Stat.S_IFMT, uid, gid,
                    queues.defaultCount(), queues.defaultSizeBytes());
            queues.add(queue);
            out.value = queue;
            return 0;
        }

        @Override
        public int unlink(Name wanted, boolean directory) {
            PosixQueue queue = queues.find(wanted);
            if (queue == null || directory) {
                return queue == null ? -ENOENT : -ENOTDIR;
            }
            queues.remove(queue);
            return 0;
        }
    }

    private final class Listing extends DirectoryHandle {
        Listing(int flags, Path path) {
            super(flags, path);
        }

        @Override
        protected long listFrom(long from, DirectorySink sink) {
            if (from == 0 && !sink.dots(1, root.number(), 1)) {
                return 0;
            }
            if (from <= 1 && !sink.dots(2, root.number(), 2)) {
                return 1;
            }
            long position = Math.max(from, 2);
            PosixQueue queue = queues.at(position - 2);
            while (queue != null && sink.entry(nameOf(queue), queue.number(), REGULAR_FILE, position + 1)) {
                position++;
                queue = queue.nextQueue;
            }
            return position;
        }
    }
}

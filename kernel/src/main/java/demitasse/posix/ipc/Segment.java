package demitasse.posix.ipc;

import demitasse.base.collect.Ref;
import demitasse.posix.memory.SharedMemory;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileView;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A segment of shared memory, shmget(2). Its mappings are its attachments. */
public final class Segment extends IpcObject {
    /** Goes with its last attachment, shmctl(2) IPC_RMID. */
    public static final int SHM_DEST = 01000;
    public static final int SHM_LOCKED = 02000;

    public final long sizeBytes;
    public final int creatorPid;
    public int lastPid;
    public long attachedS;
    public long detachedS;
    public long changedS;
    private final Ipc ipc;
    private final SharedMemory memory;
    private final Contents contents = new Contents();
    private int attachments;
    private int handles;

    public Segment(Ipc ipc, int key, int mode, Credentials creator, long sizeBytes, int pid) {
        super(key, mode, creator);
        this.ipc = ipc;
        this.sizeBytes = sizeBytes;
        creatorPid = pid;
        changedS = ipc.nowS();
        memory = new SharedMemory(ipc.instance().pages(), sizeBytes + 4095 & -4096L);
        memory.retained();
    }

    /** Mappings of it, or parts of them. */
    public int attachments() {
        return attachments;
    }

    public long residentPages() {
        return memory.residentPages();
    }

    /** An open file for mmap(2) to hold; one reference belongs to the caller. */
    public FileHandle open(int flags) {
        return new SegmentHandle(this, flags);
    }

    /** The segment, of whatever namespace, that a mapping shows; null for any other file. */
    public static Segment of(Inode source) {
        return source instanceof Contents contents ? contents.segment() : null;
    }

    public boolean isSource(Inode inode) {
        return inode == contents;
    }

    Inode contents() {
        return contents;
    }

    /** IPC_RMID: at once, or with the last attachment; until then it has no key, but its identifier works. */
    public void remove() {
        mode |= SHM_DEST;
        key = IPC_PRIVATE;
        releaseIfUnused();
    }

    void opened() {
        handles++;
    }

    void closed() {
        handles--;
        releaseIfUnused();
    }

    private void releaseIfUnused() {
        if (handles == 0 && (mode & SHM_DEST) != 0 && !isRemoved()) {
            ipc.segments().remove(this);
            memory.dropped();
        }
    }

    /** The pages, and who maps them. */
    private final class Contents extends Inode {
        Segment segment() {
            return Segment.this;
        }

        @Override
        public int stat(Stat out) {
            int error = memory.stat(out);
            out.inode = id;
            out.uid = uid;
            out.gid = gid;
            out.mode = Stat.S_IFREG | mode & 0777;
            return error;
        }

        @Override
        public int open(int flags, Path path, Ref<FileHandle> out) {
            out.value = Segment.this.open(flags);
            return 0;
        }

        @Override
        public boolean isMappable() {
            return true;
        }

        @Override
        public long page(long index, boolean create) {
            return memory.page(index, create);
        }

        @Override
        public void addView(FileView view) {
            super.addView(view);
            attachments++;
            attachedS = ipc.nowS();
            lastPid = ipc.currentPid();
        }

        @Override
        public void removeView(FileView view) {
            super.removeView(view);
            attachments--;
            detachedS = ipc.nowS();
            lastPid = ipc.currentPid();
        }
    }
}

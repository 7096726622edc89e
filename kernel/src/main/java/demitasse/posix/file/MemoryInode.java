package demitasse.posix.file;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Text;
import demitasse.vfs.AllocateMode;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileView;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A file of memfd_create(2): a nameless file of a tmpfs with a label and seals, fcntl(2) "File Sealing". */
public final class MemoryInode extends Inode {
    public static final int SEAL_SEAL = 1;
    public static final int SEAL_SHRINK = 2;
    public static final int SEAL_GROW = 4;
    public static final int SEAL_WRITE = 8;
    public static final int SEAL_FUTURE_WRITE = 16;
    public static final int SEAL_EXEC = 32;
    public static final int SEALS = 63;

    private final Inode data;
    private final byte[] label;
    private final Stat stat = new Stat();
    private int seals;

    /** @param data the file, whose reference this takes over */
    public MemoryInode(Inode data, byte[] label, int seals) {
        this.data = data;
        this.label = label;
        this.seals = seals;
    }

    public int seals() {
        return seals;
    }

    /** F_ADD_SEALS: 0, -EPERM when they are sealed themselves, -EBUSY where a mapping could write what gets sealed. */
    public int addSeals(int more) {
        if ((seals & SEAL_SEAL) != 0) {
            return -EPERM;
        }
        if ((more & ~seals & SEAL_WRITE) != 0 && data.hasWritingView()) {
            return -EBUSY;
        }
        seals |= more;
        return 0;
    }

    boolean isWriteSealed() {
        return (seals & (SEAL_WRITE | SEAL_FUTURE_WRITE)) != 0;
    }

    boolean isGrowthSealed() {
        return (seals & SEAL_GROW) != 0;
    }

    @ColdPath("only a write to a file that is sealed against growing asks")
    long sizeBytes() {
        return data.stat(stat) < 0 ? 0 : stat.sizeBytes;
    }

    void describe(Text out) {
        out.add("/memfd:");
        for (byte b : label) {
            out.character(b);
        }
        out.add(" (deleted)");
    }

    @Override
    public int stat(Stat out) {
        int result = data.stat(out);
        out.links = 0;
        return result;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        int error = data.open(flags & ~OpenFlags.O_TRUNC, null, out);
        if (error == 0) {
            out.value = new MemoryFile(this, out.value, flags);
        }
        return error;
    }

    @Override
    public int truncate(long sizeBytes) {
        long now = sizeBytes();
        boolean sealed = sizeBytes < now && (seals & SEAL_SHRINK) != 0 || sizeBytes > now && isGrowthSealed();
        return sealed ? -EPERM : data.truncate(sizeBytes);
    }

    @Override
    public int allocate(int mode, long offset, long lengthBytes) {
        if ((mode & AllocateMode.ZERO_RANGE) != 0) {
            // Which would be a way to write, and is none on Linux's tmpfs.
            return -ENOTSUP;
        }
        boolean punches = (mode & AllocateMode.PUNCH_HOLE) != 0;
        boolean sealed = punches ? isWriteSealed() : lengthBytes > sizeBytes() - offset && isGrowthSealed();
        return sealed ? -EPERM : data.allocate(mode, offset, lengthBytes);
    }

    @Override
    public int setMode(int mode) {
        return (seals & SEAL_EXEC) != 0 ? -EPERM : data.setMode(mode);
    }

    @Override
    public int setOwner(int uid, int gid) {
        return data.setOwner(uid, gid);
    }

    @Override
    public int setTimes(long accessNs, long modifyNs) {
        return data.setTimes(accessNs, modifyNs);
    }

    @Override
    public long attribute(Name name, long target, int capacityBytes) {
        return data.attribute(name, target, capacityBytes);
    }

    @Override
    public int setAttribute(Name name, long value, int sizeBytes, int flags) {
        return data.setAttribute(name, value, sizeBytes, flags);
    }

    @Override
    public int removeAttribute(Name name) {
        return data.removeAttribute(name);
    }

    @Override
    public Name attributeName(int index) {
        return data.attributeName(index);
    }

    @Override
    public void addView(FileView view) {
        data.addView(view);
    }

    @Override
    public void removeView(FileView view) {
        data.removeView(view);
    }

    @Override
    public long page(long index, boolean create) {
        return data.page(index, create);
    }

    @Override
    public boolean isMappable() {
        return data.isMappable();
    }

    @Override
    public void retained() {
        data.retained();
    }

    @Override
    public void dropped() {
        data.dropped();
    }
}

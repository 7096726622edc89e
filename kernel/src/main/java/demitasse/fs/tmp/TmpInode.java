package demitasse.fs.tmp;

import static demitasse.base.error.Errno.ENODATA;
import static demitasse.base.error.Errno.ENOTTY;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Stat;

/**
 * A file that is in use. At most one object stands for a record: what the kernel keeps per file can hang on
 * it.
 */
abstract class TmpInode extends Inode {
    private static final int SECTOR_BYTES = 512;
    private static final int PAGE_BYTES = 4096;
    /** The word of the mode has 16 bits for it, and 16 for {@link #inodeFlags}. */
    private static final int FLAGS_SHIFT = 16;
    private static final int MODE_MASK = 0xffff;

    final TmpFileSystem fileSystem;
    final long node;
    private int holders;

    TmpInode(TmpFileSystem fileSystem, long node) {
        this.fileSystem = fileSystem;
        this.node = node;
    }

    @Override
    public long handle() {
        return fileSystem.handleOf(node);
    }

    @Override
    public int stat(Stat out) {
        out.device = fileSystem.device();
        out.inode = number();
        out.mode = mode();
        out.links = Memory.getInt(node + NodeLayout.LINKS);
        out.uid = Memory.getInt(node + NodeLayout.UID);
        out.gid = Memory.getInt(node + NodeLayout.GID);
        out.deviceNumber = Memory.getLong(node + NodeLayout.DEVICE);
        out.sizeBytes = Memory.getLong(node + NodeLayout.SIZE);
        out.blockBytes = PAGE_BYTES;
        out.blocks = frames() * (PAGE_BYTES / SECTOR_BYTES);
        out.accessNs = Memory.getLong(node + NodeLayout.ACCESS);
        out.modifyNs = Memory.getLong(node + NodeLayout.MODIFY);
        out.changeNs = Memory.getLong(node + NodeLayout.CHANGE);
        out.birthNs = Memory.getLong(node + NodeLayout.BIRTH);
        return 0;
    }

    @Override
    public final int setMode(int mode) {
        int word = Memory.getInt(node + NodeLayout.MODE);
        Memory.putInt(node + NodeLayout.MODE, word & ~(MODE_MASK & ~Stat.S_IFMT) | mode & MODE_MASK & ~Stat.S_IFMT);
        changed();
        return 0;
    }

    @Override
    public final int inodeFlags(int newFlags) {
        int type = mode() & Stat.S_IFMT;
        if (type != Stat.S_IFREG && type != Stat.S_IFDIR) {
            return -ENOTTY;
        }
        if (newFlags != SAME) {
            Memory.putInt(node + NodeLayout.MODE, mode() | newFlags << FLAGS_SHIFT);
            changed();
        }
        return Memory.getInt(node + NodeLayout.MODE) >>> FLAGS_SHIFT;
    }

    @Override
    public final int setOwner(int uid, int gid) {
        if (uid != -1) {
            Memory.putInt(node + NodeLayout.UID, uid);
        }
        if (gid != -1) {
            Memory.putInt(node + NodeLayout.GID, gid);
        }
        changed();
        return 0;
    }

    @Override
    public final int setTimes(long accessNs, long modifyNs) {
        if (accessNs != Long.MIN_VALUE) {
            Memory.putLong(node + NodeLayout.ACCESS, accessNs);
        }
        if (modifyNs != Long.MIN_VALUE) {
            Memory.putLong(node + NodeLayout.MODIFY, modifyNs);
        }
        changed();
        return 0;
    }

    @Override
    public final long attribute(Name name, long target, int capacityBytes) {
        Attributes attributes = fileSystem.attributes().at(node);
        return attributes == null ? -ENODATA : attributes.read(name, target, capacityBytes);
    }

    @Override
    public final int setAttribute(Name name, long value, int sizeBytes, int flags) {
        Attributes attributes = fileSystem.attributes().at(node);
        if (attributes == null) {
            attributes = new Attributes(fileSystem.allocator());
            fileSystem.attributes().put(node, attributes);
        }
        return attributesChanged(attributes, attributes.set(name, value, sizeBytes, flags));
    }

    @Override
    public final int removeAttribute(Name name) {
        Attributes attributes = fileSystem.attributes().at(node);
        return attributes == null ? -ENODATA : attributesChanged(attributes, attributes.remove(name));
    }

    /** Only a list that is not empty stays: it is counted by what is in it. */
    private int attributesChanged(Attributes attributes, int error) {
        if (attributes.isEmpty()) {
            fileSystem.attributes().remove(node);
        }
        if (error == 0) {
            changed();
        }
        return error;
    }

    @Override
    public final Name attributeName(int index) {
        Attributes attributes = fileSystem.attributes().at(node);
        return attributes == null ? null : attributes.name(index);
    }

    @Override
    public final long mark() {
        return Memory.getLong(node + NodeLayout.MARK);
    }

    @Override
    public final int setMark(long mark) {
        Memory.putLong(node + NodeLayout.MARK, mark);
        return 0;
    }

    @Override
    public final void retained() {
        if (holders++ == 0) {
            assert fileSystem.live().at(node) == null : "one object per record";
            fileSystem.live().put(node, this);
        }
    }

    @Override
    public final void dropped() {
        assert holders > 0 : "dropped more often than retained";
        if (--holders == 0) {
            fileSystem.live().remove(node);
            fileSystem.reap(node);
        }
    }

    final int mode() {
        return Memory.getInt(node + NodeLayout.MODE) & MODE_MASK;
    }

    final long number() {
        return Memory.getLong(node + NodeLayout.NUMBER);
    }

    final void link() {
        Memory.putInt(node + NodeLayout.LINKS, Memory.getInt(node + NodeLayout.LINKS) + 1);
        changed();
    }

    final void changed() {
        Memory.putLong(node + NodeLayout.CHANGE, fileSystem.nowNs());
    }

    /** As with the mount option relatime: only the first read after a change costs a look at the clock. */
    final void accessed() {
        long access = Memory.getLong(node + NodeLayout.ACCESS);
        if (access <= Memory.getLong(node + NodeLayout.MODIFY)
                || access <= Memory.getLong(node + NodeLayout.CHANGE)) {
            touch();
        }
    }

    @ColdPath("once per change of the file")
    private void touch() {
        Memory.putLong(node + NodeLayout.ACCESS, fileSystem.nowNs());
    }

    /** Data frames, for st_blocks. */
    long frames() {
        return 0;
    }
}

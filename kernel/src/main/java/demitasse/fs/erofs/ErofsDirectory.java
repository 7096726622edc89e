package demitasse.fs.erofs;

import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.EUCLEAN;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;

/**
 * A directory: blocks of entries, sorted by the bytes of their names through all blocks, so that a name is
 * found by bisecting the blocks by their first names and then one block.
 */
final class ErofsDirectory extends ErofsInode {
    static final int NAME_BYTES_MAX = 255;

    private final Extent extent = new Extent();
    private final DirectoryBlock block;
    private final Name candidate = new Name();

    ErofsDirectory(ErofsFileSystem fileSystem, long nid) {
        super(fileSystem, nid);
        block = new DirectoryBlock(fileSystem.image());
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
            return -EISDIR;
        }
        out.value = new ErofsDirectoryHandle(this, flags, path);
        return 0;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        if (name.length() > NAME_BYTES_MAX) {
            return -ENAMETOOLONG;
        }
        long low = 0;
        long high = blockCount() - 1;
        while (low < high) {
            // Rounds up: the block looked at may stay the lower end.
            long middle = low + high + 1 >>> 1;
            if (!load(middle, block) || !block.name(0, candidate)) {
                return -EUCLEAN;
            }
            if (compare(name, candidate) < 0) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        if (high < 0) {
            return -ENOENT;
        }
        return load(low, block) ? findInBlock(name, out) : -EUCLEAN;
    }

    private int findInBlock(Name name, Ref<Inode> out) {
        int low = 0;
        int high = block.count() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (!block.name(middle, candidate)) {
                return -EUCLEAN;
            }
            int order = compare(name, candidate);
            if (order == 0) {
                return fileSystem.inodeAt(block.nid(middle), out);
            }
            if (order < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return -ENOENT;
    }

    long blockCount() {
        return sizeBytes() + ErofsLayout.BLOCK_BYTES - 1 >>> ErofsLayout.BLOCK_BITS;
    }

    /** Turns to a block of the directory; false when it is damaged. */
    boolean load(long index, DirectoryBlock out) {
        long offset = index << ErofsLayout.BLOCK_BITS;
        if (locate(offset, extent) < 0 || extent.address == 0) {
            return false;
        }
        int bytes = (int) Math.min(ErofsLayout.BLOCK_BYTES, sizeBytes() - offset);
        return extent.lengthBytes >= bytes && out.set(fileSystem.image().offsetOf(extent.address), bytes);
    }

    private static int compare(Name left, Name right) {
        int order = Memory.compare(left.address(), right.address(), Math.min(left.length(), right.length()));
        return order != 0 ? order : left.length() - right.length();
    }

    @Override
    public int create(Name name, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        return -EROFS;
    }

    @Override
    public int createUnnamed(int mode, int uid, int gid, Ref<Inode> out) {
        return -EROFS;
    }

    @Override
    public int symlink(Name name, Name target, int uid, int gid, Ref<Inode> out) {
        return -EROFS;
    }

    @Override
    public int link(Name name, Inode existing) {
        return -EROFS;
    }

    @Override
    public int unlink(Name name, boolean directory) {
        return -EROFS;
    }

    @Override
    public int rename(Name from, Inode targetDirectory, Name to, int flags) {
        return -EROFS;
    }
}

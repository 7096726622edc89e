package demitasse.fs.erofs;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EROFS;

import demitasse.alloc.Pages;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Loan;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** A regular file: read, and mapped, right from the image. */
final class ErofsRegular extends ErofsInode {
    private final Extent extent = new Extent();
    /** A copy of the page that ends the file, if that page does not stand in a page of the image. */
    private long tailFrame;

    ErofsRegular(ErofsFileSystem fileSystem, long nid) {
        super(fileSystem, nid);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY || (flags & OpenFlags.O_TRUNC) != 0) {
            return -EROFS;
        }
        out.value = new ErofsFileHandle(this, flags, path);
        return 0;
    }

    @Override
    public int truncate(long sizeBytes) {
        return -EROFS;
    }

    @Override
    public int allocate(int mode, long offset, long lengthBytes) {
        return -EROFS;
    }

    @Override
    public boolean isMappable() {
        return true;
    }

    @Override
    public long page(long index, boolean create) {
        if (index < 0 || index > (sizeBytes() - 1 >> ErofsLayout.BLOCK_BITS)) {
            return -EINVAL;
        }
        long offset = index << ErofsLayout.BLOCK_BITS;
        int error = locate(offset, extent);
        if (error < 0) {
            return error;
        }
        if (extent.address == 0) {
            return create ? -EROFS : 0;
        }
        boolean aligned = (extent.address & ErofsLayout.BLOCK_BYTES - 1) == 0;
        if (aligned && fileSystem.image().holdsPage(extent.address)) {
            // Behind the end of the file the block is padded with zeros, as mmap(2) wants it.
            return extent.address;
        }
        return tailPage(offset);
    }

    /** Only an inline tail, and the end of a cut-off image, stand at odd places: both end the file. */
    private long tailPage(long offset) {
        if (sizeBytes() - offset > ErofsLayout.BLOCK_BYTES) {
            return -EIO;
        }
        if (tailFrame == 0) {
            long frame = fileSystem.pages().allocateZeroed();
            if (frame == Pages.NONE) {
                return -ENOMEM;
            }
            Memory.copy(extent.address, frame, extent.lengthBytes);
            tailFrame = frame;
        }
        return tailFrame;
    }

    @Override
    void forget() {
        if (tailFrame != 0) {
            fileSystem.pages().release(tailFrame);
            tailFrame = 0;
        }
    }

    /** As {@link demitasse.vfs.RegularHandle#lend}: the image stays. What is damaged fails when it is read. */
    void lend(long offset, long lengthMaxBytes, Loan out) {
        if (offset >= sizeBytes() || locate(offset, extent) < 0) {
            out.set(0, 0, false);
        } else {
            out.set(extent.address, Math.min(extent.lengthBytes, lengthMaxBytes), false);
        }
    }

    /** Bytes moved from an offset; 0 at the end, -EFAULT, -EUCLEAN. */
    long read(Transfer target, long offset) {
        long position = offset;
        long moved = 0;
        while (position < sizeBytes() && target.remaining() > 0) {
            moved = locate(position, extent);
            if (moved < 0) {
                break;
            }
            long chunk = Math.min(extent.lengthBytes, target.remaining());
            moved = extent.address == 0 ? target.putZeros(chunk) : target.put(extent.address, chunk);
            if (moved > 0) {
                position += moved;
            }
            if (moved != chunk) {
                break;
            }
        }
        return position > offset ? position - offset : Math.min(moved, 0);
    }
}

package demitasse.fs.tmp;

import static demitasse.base.error.Errno.EFBIG;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTSUP;

import demitasse.base.collect.Ref;
import demitasse.base.error.Errno;
import demitasse.base.memory.Memory;
import demitasse.vfs.AllocateMode;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Loan;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/**
 * A regular file: its bytes stand in frames, holes read as zeros. Bytes behind the end in the last frame are
 * zero.
 */
final class TmpRegular extends TmpInode {
    static final int PAGE_SHIFT = 12;
    static final int PAGE_BYTES = 1 << PAGE_SHIFT;
    static final long PAGE_MASK = PAGE_BYTES - 1;
    /** MAX_LFS_FILESIZE. */
    static final long SIZE_BYTES_MAX = Long.MAX_VALUE;
    /** Who borrows a run gives it back as a whole. */
    private static final long LENT_BYTES_MAX = 64 << 10;

    TmpRegular(TmpFileSystem fileSystem, long node) {
        super(fileSystem, node);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_DIRECTORY) != 0 && (flags & OpenFlags.O_TMPFILE) != OpenFlags.O_TMPFILE) {
            return -EISDIR;
        }
        out.value = new TmpFileHandle(this, flags, path);
        return 0;
    }

    @Override
    public boolean isMappable() {
        return true;
    }

    @Override
    public long page(long index, boolean create) {
        if (index < 0 || index > (size() - 1 >> PAGE_SHIFT)) {
            return -EINVAL;
        }
        long frame = PageTree.find(node, index);
        if (frame == 0 && create) {
            frame = fill(index, fileSystem.takeFrame());
        }
        return frame;
    }

    /**
     * Reads at an offset.
     *
     * @return bytes moved, 0 at the end, -EFAULT
     */
    long read(Transfer target, long offset) {
        long end = Math.min(size(), offset + Math.min(target.remaining(), SIZE_BYTES_MAX - offset));
        long position = offset;
        long moved = 0;
        while (position < end) {
            long inPage = position & PAGE_MASK;
            long chunk = Math.min(PAGE_BYTES - inPage, end - position);
            long frame = PageTree.find(node, position >>> PAGE_SHIFT);
            moved = frame == 0 ? target.putZeros(chunk) : target.put(frame + inPage, chunk);
            if (moved > 0) {
                position += moved;
            }
            if (moved != chunk) {
                break;
            }
        }
        accessed();
        return position > offset ? position - offset : Math.min(moved, 0);
    }

    /** As {@link demitasse.vfs.RegularHandle#lend}: frames, as far as one stands behind the other. */
    void lend(long offset, long lengthMaxBytes, Loan out) {
        long end = Math.min(size(), offset + Math.min(lengthMaxBytes, LENT_BYTES_MAX));
        if (offset >= end) {
            out.set(0, 0, false);
            return;
        }
        long index = offset >>> PAGE_SHIFT;
        long frame = PageTree.find(node, index);
        long limit = index + 1 << PAGE_SHIFT;
        long next = frame + PAGE_BYTES;
        while (frame != 0 && limit < end && PageTree.find(node, limit >>> PAGE_SHIFT) == next) {
            limit += PAGE_BYTES;
            next += PAGE_BYTES;
        }
        out.set(frame == 0 ? 0 : frame + (offset & PAGE_MASK), Math.min(limit, end) - offset, true);
    }

    /**
     * Writes at an offset.
     *
     * @return bytes moved, -ENOSPC, -ENOMEM, -EFBIG, -EFAULT
     */
    long write(Transfer source, long offset) {
        long count = source.remaining();
        if (count == 0) {
            return 0;
        }
        if (offset == SIZE_BYTES_MAX) {
            return -EFBIG;
        }
        long end = offset + Math.min(count, SIZE_BYTES_MAX - offset);
        long position = offset;
        long moved = 0;
        while (position < end) {
            long inPage = position & PAGE_MASK;
            long chunk = Math.min(PAGE_BYTES - inPage, end - position);
            long frame = PageTree.find(node, position >>> PAGE_SHIFT);
            moved = frame != 0
                    ? source.take(frame + inPage, chunk)
                    : writeHole(source, position >>> PAGE_SHIFT, inPage, chunk);
            if (moved > 0) {
                position += moved;
            }
            if (moved != chunk) {
                break;
            }
        }
        if (position == offset) {
            return moved;
        }
        if (position > size()) {
            setSize(position);
        }
        modified();
        return position - offset;
    }

    private long writeHole(Transfer source, long index, long inPage, long chunk) {
        // A page that is written as a whole need not be cleared first.
        boolean whole = chunk == PAGE_BYTES;
        long frame = fill(index, whole ? fileSystem.takeDirtyFrame() : fileSystem.takeFrame());
        if (Errno.isError(frame)) {
            return frame;
        }
        long moved = source.take(frame + inPage, chunk);
        if (whole && moved < chunk) {
            long written = Math.max(moved, 0);
            Memory.fill(frame + written, PAGE_BYTES - written, (byte) 0);
        }
        return moved;
    }

    /** Puts a frame that was just taken into a hole; the frame or -errno. */
    private long fill(long index, long frame) {
        if (frame == 0) {
            return fileSystem.whyNoFrame();
        }
        int error = fileSystem.pageTree().place(node, index, frame);
        if (error < 0) {
            fileSystem.pages().release(frame);
            fileSystem.framesGone(1);
            return error;
        }
        return frame;
    }

    @Override
    public int truncate(long sizeBytes) {
        if (sizeBytes < 0) {
            return -EINVAL;
        }
        if (sizeBytes < size()) {
            long firstGone = (sizeBytes + PAGE_MASK) >>> PAGE_SHIFT;
            tellViews(firstGone, Long.MAX_VALUE, true);
            fileSystem.framesGone(
                    fileSystem.pageTree().remove(node, firstGone, Long.MAX_VALUE));
            zero(sizeBytes, (sizeBytes + PAGE_MASK) & ~PAGE_MASK);
        }
        setSize(sizeBytes);
        modified();
        return 0;
    }

    @Override
    public int allocate(int mode, long offset, long lengthBytes) {
        if (offset < 0 || lengthBytes <= 0) {
            return -EINVAL;
        }
        if (offset > SIZE_BYTES_MAX - lengthBytes) {
            return -EFBIG;
        }
        boolean keepSize = (mode & AllocateMode.KEEP_SIZE) != 0;
        int operation = mode & ~AllocateMode.KEEP_SIZE;
        if (operation == AllocateMode.PUNCH_HOLE && keepSize) {
            punch(offset, offset + lengthBytes);
            modified();
            return 0;
        }
        if (operation != 0 && operation != AllocateMode.ZERO_RANGE) {
            return -ENOTSUP;
        }
        if (operation == AllocateMode.ZERO_RANGE) {
            punch(offset, offset + lengthBytes);
        }
        int error = reserve(offset >>> PAGE_SHIFT, (offset + lengthBytes - 1 >>> PAGE_SHIFT) + 1);
        if (error == 0 && !keepSize && offset + lengthBytes > size()) {
            setSize(offset + lengthBytes);
        }
        modified();
        return error;
    }

    private void punch(long start, long end) {
        long firstWhole = (start + PAGE_MASK) >>> PAGE_SHIFT;
        long limitWhole = end >>> PAGE_SHIFT;
        if (firstWhole > limitWhole) {
            zero(start, end);
            return;
        }
        zero(start, firstWhole << PAGE_SHIFT);
        zero(limitWhole << PAGE_SHIFT, end);
        tellViews(firstWhole, limitWhole, false);
        fileSystem.framesGone(fileSystem.pageTree().remove(node, firstWhole, limitWhole));
    }

    /** Zeroes bytes of one page, if it is there. */
    private void zero(long start, long end) {
        long frame = start < end ? PageTree.find(node, start >>> PAGE_SHIFT) : 0;
        if (frame != 0) {
            Memory.fill(frame + (start & PAGE_MASK), end - start, (byte) 0);
        }
    }

    private int reserve(long first, long limit) {
        if (!fileSystem.hasRoomFor(limit - first - frames())) {
            return -ENOSPC;
        }
        for (long index = first; index < limit; index++) {
            if (PageTree.find(node, index) == 0) {
                long frame = fill(index, fileSystem.takeFrame());
                if (Errno.isError(frame)) {
                    // Linux gives the pages of a failed attempt back as well; ours are the file's, and
                    // harmless.
                    return (int) frame;
                }
            }
        }
        return 0;
    }

    /** SEEK_DATA and SEEK_HOLE of lseek(2), for an offset before the end. */
    long nextData(long offset) {
        long index = PageTree.nextFrame(node, offset >>> PAGE_SHIFT);
        return index == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(offset, index << PAGE_SHIFT);
    }

    long nextHole(long offset) {
        long index = offset >>> PAGE_SHIFT;
        if (PageTree.find(node, index) == 0) {
            return offset;
        }
        while (PageTree.find(node, index) != 0) {
            index++;
        }
        return Math.min(index << PAGE_SHIFT, size());
    }

    long size() {
        return Memory.getLong(node + NodeLayout.SIZE);
    }

    @Override
    long frames() {
        return Memory.getLong(node + NodeLayout.FRAMES);
    }

    private void setSize(long sizeBytes) {
        Memory.putLong(node + NodeLayout.SIZE, sizeBytes);
    }

    private void modified() {
        long now = fileSystem.nowNs();
        Memory.putLong(node + NodeLayout.MODIFY, now);
        Memory.putLong(node + NodeLayout.CHANGE, now);
    }

    @Override
    public boolean notesWrites() {
        return true;
    }

    @Override
    public void written() {
        modified();
    }

    @Override
    public void mapped() {
        accessed();
    }
}

package demitasse.fs.overlay;

import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.OpenFlags;

/** Copies the contents of a file from one layer to the other. */
final class FileCopy {
    /** 64 KiB at a time, or a page when memory is short. */
    private static final int ORDER = 4;

    private FileCopy() {
    }

    /** 0 or -errno; on an error a part may have been written. */
    static int copy(OverlayFileSystem fileSystem, Inode source, Inode target, long sizeBytes) {
        if (sizeBytes == 0) {
            return 0;
        }
        Ref<FileHandle> opened = fileSystem.opened();
        int error = source.open(OpenFlags.O_RDONLY, null, opened);
        if (error < 0) {
            return error;
        }
        FileHandle reader = opened.value;
        error = target.open(OpenFlags.O_WRONLY, null, opened);
        if (error == 0) {
            FileHandle writer = opened.value;
            error = through(fileSystem.pages(), reader, writer, sizeBytes);
            writer.release();
        }
        opened.value = null;
        reader.release();
        return error;
    }

    private static int through(Pages pages, FileHandle reader, FileHandle writer, long sizeBytes) {
        int order = ORDER;
        long buffer = pages.allocate(order);
        if (buffer == Pages.NONE) {
            order = 0;
            buffer = pages.allocate(order);
        }
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        int error = pump(reader, writer, sizeBytes, buffer, Pages.PAGE_BYTES << order);
        pages.releaseRun(buffer, 1L << order);
        return error;
    }

    private static int pump(FileHandle reader, FileHandle writer, long sizeBytes, long buffer, int capacity) {
        KernelTransfer transfer = new KernelTransfer();
        long position = 0;
        while (position < sizeBytes) {
            long count = reader.read(transfer.set(buffer, Math.min(capacity, sizeBytes - position)),
                    position);
            if (count <= 0) {
                return count < 0 ? (int) count : -EIO;
            }
            long written = writer.write(transfer.set(buffer, count), position);
            if (written != count) {
                return written < 0 ? (int) written : -EIO;
            }
            position += count;
        }
        return 0;
    }
}

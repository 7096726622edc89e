package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.SeekWhence;

/** An open {@link ProcessMemoryFile}. It is about the memory that was there when it was opened. */
abstract class ProcessMemoryHandle extends FileHandle {
    private final ProcessMemoryFile file;
    private final Object identity;
    private long position;

    ProcessMemoryHandle(ProcessMemoryFile file, ProcessView process, int flags, Path path) {
        super(flags, path);
        this.file = file;
        this.identity = process.memoryIdentity();
    }

    @Override
    public final Inode inode() {
        return file;
    }

    final ProcFileSystem fileSystem() {
        return file.fileSystem;
    }

    /** Whose memory it is; null once that is gone. */
    final ProcessView process() {
        ProcessView process = file.view();
        return process == null || process.memoryIdentity() != identity ? null : process;
    }

    /** Where a call begins that names an offset, or {@link #CURRENT}. */
    final long start(long offset) {
        return offset == CURRENT ? position : offset;
    }

    /** So many bytes were moved by a call. */
    final void advance(long offset, long bytes) {
        position += offset == CURRENT ? bytes : 0;
    }

    /** mem_lseek of Linux: there is no end to seek from. */
    @Override
    public final long seek(long offset, int whence) {
        long place = whence == SeekWhence.SEEK_CUR ? position + offset : offset;
        if (whence != SeekWhence.SEEK_SET && whence != SeekWhence.SEEK_CUR || place < 0) {
            return -EINVAL;
        }
        position = place;
        return place;
    }
}

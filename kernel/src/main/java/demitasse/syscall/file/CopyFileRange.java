package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOVERFLOW;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EXDEV;

import demitasse.alloc.Pages;
import demitasse.base.annotation.Syscall;
import demitasse.posix.file.Files;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.Mount;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;

/** copy_file_range(2): between regular files, which never wait. */
final class CopyFileRange {
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;

    private CopyFileRange() {
    }

    @Syscall("copy_file_range")
    static long copyFileRange(Call call, int inFd, long inOffset, int outFd, long outOffset, long count, int flags) {
        FileHandle in = call.file(inFd);
        FileHandle out = call.secondFile(outFd);
        if (in == null || out == null) {
            return -EBADF;
        }
        if (flags != 0) {
            return -EINVAL;
        }
        int refused = refusal(call, in, out);
        if (refused != 0) {
            return refused;
        }
        long from = inOffset == 0 ? in.seek(0, SEEK_CUR) : Sendfile.loadOffset(call, inOffset);
        long to = outOffset == 0 ? out.seek(0, SEEK_CUR) : Sendfile.loadOffset(call, outOffset);
        if (from < 0 || to < 0) {
            return from < 0 ? from : to;
        }
        // The count is unsigned: only an end that wraps around is none.
        if (Long.compareUnsigned(from + count, from) < 0 || Long.compareUnsigned(to + count, to) < 0) {
            return -EOVERFLOW;
        }
        // Only what there is to copy can overlap.
        Stat stat = call.instance().files().stat();
        int error = in.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        long most = count < 0 ? Read.COUNT_MAX : Math.min(count, Read.COUNT_MAX);
        long length = FileSizeLimit.clip(call, out, to, Math.min(most, Math.max(0, stat.sizeBytes - from)));
        if (length < 0) {
            return length;
        }
        if (in.inode() == out.inode() && from < to + length && to < from + length) {
            return -EINVAL;
        }
        long copied = copy(call, in, from, out, to, length);
        if (copied <= 0) {
            return copied;
        }
        return advance(call, in, inOffset, from + copied) < 0 || advance(call, out, outOffset, to + copied) < 0
                ? -EFAULT : copied;
    }

    /** In the order of Linux: directories, what is no regular file, how they were opened, two file systems. */
    private static int refusal(Call call, FileHandle in, FileHandle out) {
        Stat stat = call.instance().files().stat();
        int inType = type(in, stat);
        long inDevice = stat.device;
        int outType = type(out, stat);
        if (inType == Stat.S_IFDIR || outType == Stat.S_IFDIR) {
            return -EISDIR;
        }
        if (inType != Stat.S_IFREG || outType != Stat.S_IFREG) {
            return -EINVAL;
        }
        if (!in.isReadable() || !out.isWritable() || (out.flags() & OpenFlags.O_APPEND) != 0) {
            return -EBADF;
        }
        if (out.inode().hasFlags(Inode.FS_IMMUTABLE_FL)) {
            return -EPERM;
        }
        // The files of one overlay may tell different devices.
        return inDevice != stat.device && mount(in) != mount(out) ? -EXDEV : 0;
    }

    private static int type(FileHandle file, Stat stat) {
        return file.inode() == null || file.inode().stat(stat) < 0 ? 0 : stat.mode & Stat.S_IFMT;
    }

    private static Mount mount(FileHandle file) {
        return file.path() == null ? null : file.path().mount();
    }

    private static long copy(Call call, FileHandle in, long from, FileHandle out, long to, long count) {
        long buffer = call.instance().files().copyBuffer();
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        KernelTransfer transfer = new KernelTransfer();
        long moved = 0;
        while (moved < count) {
            long got = in.read(transfer.set(buffer, Math.min(count - moved, Files.COPY_BYTES)), from + moved);
            long put = got <= 0 ? got : out.write(transfer.set(buffer, got), to + moved);
            if (put <= 0) {
                return moved > 0 ? call.task().io.moved(moved) : put;
            }
            moved += put;
        }
        return call.task().io.moved(moved);
    }

    private static long advance(Call call, FileHandle file, long offsetAddress, long place) {
        return offsetAddress == 0 ? file.seek(place, SEEK_SET) : Sendfile.storeOffset(call, offsetAddress, place);
    }
}

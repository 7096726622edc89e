package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPIPE;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.alloc.Pages;
import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.Files;
import demitasse.posix.file.Pipe;
import demitasse.posix.file.PipeEnd;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.OpenFlags;

/** splice(2), tee(2), vmsplice(2). Pages are copied, not moved: nobody can tell but by the clock. */
final class Splice {
    private static final int SPLICE_F_NONBLOCK = 2;
    private static final int FLAGS = 15;
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;

    private Splice() {
    }

    @WarmPath("per system call")
    @Syscall(value = "splice", ignores = {"SPLICE_F_MOVE", "SPLICE_F_MORE"})
    static long splice(Call call, int inFd, long inOffset, int outFd, long outOffset, long count, int flags) {
        FileHandle in = call.file(inFd);
        FileHandle out = call.secondFile(outFd);
        if (in == null || out == null) {
            return -EBADF;
        }
        Pipe source = in instanceof PipeEnd end ? end.pipe() : null;
        Pipe target = out instanceof PipeEnd end ? end.pipe() : null;
        boolean inGiven = isGiven(call, inOffset);
        boolean outGiven = isGiven(call, outOffset);
        if (source != null && inGiven || target != null && outGiven) {
            return -ESPIPE;
        }
        if (!in.isReadable() || !out.isWritable()) {
            return -EBADF;
        }
        if (source == null && target == null || source == target || count < 0 || (flags & ~FLAGS) != 0
                || target == null && (out.flags() & OpenFlags.O_APPEND) != 0
                || inGiven && in.isStream() || outGiven && out.isStream() || !in.canSplice()
                || !out.canSplice()) {
            return -EINVAL;
        }
        long from = place(call, in, inOffset);
        long to = place(call, out, outOffset);
        if (inGiven && from < 0 || outGiven && to < 0) {
            return from < 0 ? from : to;
        }
        long length = Math.min(count, Read.COUNT_MAX);
        long moved = move(call, in, source, from, out, target, to, length, flags);
        if (moved > 0) {
            return settle(call, in, inOffset, from, moved) < 0 || settle(call, out, outOffset, to, moved) < 0
                    ? -EFAULT : moved;
        }
        return moved;
    }

    /** A request of io_uring(7) brings offsets, -1 for none, where a program brings their addresses. */
    private static boolean isGiven(Call call, long offset) {
        return offset != (call.isDetached() ? FileHandle.CURRENT : 0);
    }

    /** Where to read or write explicitly; negative for a file without a place. */
    private static long place(Call call, FileHandle file, long offsetAddress) {
        if (call.isDetached() && offsetAddress != FileHandle.CURRENT) {
            return offsetAddress;
        }
        return isGiven(call, offsetAddress) ? Sendfile.loadOffset(call, offsetAddress) :
                file.isStream() ? -ESPIPE : file.seek(0, SEEK_CUR);
    }

    private static long settle(Call call, FileHandle file, long offsetAddress, long place, long moved) {
        if (isGiven(call, offsetAddress)) {
            return call.isDetached() ? 0 : Sendfile.storeOffset(call, offsetAddress, place + moved);
        }
        return place < 0 ? 0 : file.seek(place + moved, SEEK_SET);
    }

    private static long move(Call call, FileHandle in, Pipe source, long from, FileHandle out, Pipe target, long to,
            long count, int flags) {
        long buffer = call.instance().files().copyBuffer();
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        KernelTransfer transfer = new KernelTransfer();
        long moved = 0;
        while (moved < count) {
            long some = Math.min(count - moved, Files.COPY_BYTES);
            if (target != null) {
                if (target.readers() == 0) {
                    return moved > 0 ? moved : Sendfile.failed(call, -EPIPE);
                }
                some = Math.min(some, target.freeBytes());
                if (some == 0) {
                    return moved > 0 ? moved : await(call, out, Events.OUT, flags);
                }
            }
            long got = source != null ? peek(source, transfer.set(buffer, some), some)
                    : in.read(transfer.set(buffer, some), from < 0 ? FileHandle.CURRENT : from + moved);
            if (got == -EAGAIN) {
                return moved > 0 ? moved : await(call, in, Events.IN, flags);
            }
            if (got <= 0) {
                return moved > 0 ? moved : got;
            }
            long put = Sendfile.put(call, out, transfer, buffer, got, to < 0 ? FileHandle.CURRENT : to + moved);
            if (put == -EAGAIN) {
                return moved > 0 ? moved : await(call, out, Events.OUT, flags);
            }
            if (put < 0) {
                return moved > 0 ? moved : Sendfile.failed(call, put);
            }
            if (source != null) {
                source.skip((int) put);
            }
            moved += put;
        }
        return moved;
    }

    private static long peek(Pipe source, KernelTransfer target, long count) {
        return source.usedBytes() > 0 ? source.peek(0, target, count) : source.writers() == 0 ? 0 : -EAGAIN;
    }

    private static long await(Call call, FileHandle file, int events, int flags) {
        return (flags & SPLICE_F_NONBLOCK) != 0 ? -EAGAIN : call.await(file, events);
    }

    @Syscall("tee")
    static long tee(Call call, int inFd, int outFd, long count, int flags) {
        FileHandle in = call.file(inFd);
        FileHandle out = call.secondFile(outFd);
        if (in == null || out == null || !in.isReadable() || !out.isWritable()) {
            return -EBADF;
        }
        if (!(in instanceof PipeEnd inEnd) || !(out instanceof PipeEnd outEnd) || inEnd.pipe() == outEnd.pipe()
                || (flags & ~FLAGS) != 0) {
            return -EINVAL;
        }
        Pipe target = outEnd.pipe();
        // The count is unsigned.
        long most = count < 0 ? Files.COPY_BYTES : Math.min(count, Files.COPY_BYTES);
        long some = Math.min(most, target.freeBytes());
        if (count == 0) {
            return 0;
        }
        if (target.readers() == 0) {
            return Sendfile.failed(call, -EPIPE);
        }
        if (some == 0) {
            return await(call, out, Events.OUT, flags);
        }
        long buffer = call.instance().files().copyBuffer();
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        KernelTransfer transfer = new KernelTransfer();
        long got = peek(inEnd.pipe(), transfer.set(buffer, some), some);
        if (got == -EAGAIN) {
            return await(call, in, Events.IN, flags);
        }
        return got <= 0 ? got : target.write(transfer.set(buffer, got));
    }

    @Syscall(value = "vmsplice", ignores = {"SPLICE_F_GIFT", "SPLICE_F_MOVE", "SPLICE_F_MORE"},
            note = "Copies: pages are not lent.")
    static long vmsplice(Call call, int fd, long vector, long count, int flags) {
        FileHandle file = call.file(fd);
        if (!(file instanceof PipeEnd end)) {
            return -EBADF;
        }
        if ((flags & ~FLAGS) != 0 || count < 0 || count > Integer.MAX_VALUE) {
            return -EINVAL;
        }
        boolean blocked = end.isWritable() ? end.pipe().freeBytes() == 0 : end.pipe().usedBytes() == 0;
        if (blocked && (flags & SPLICE_F_NONBLOCK) != 0) {
            return -EAGAIN;
        }
        return end.isWritable() ? Readv.writev(call, fd, vector, (int) count) : Readv.readv(call, fd, vector,
                (int) count);
    }
}

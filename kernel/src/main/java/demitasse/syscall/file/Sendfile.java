package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.alloc.Pages;
import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.file.Files;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.Loan;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.Transfer;

/**
 * sendfile(2): a file is lent to a connection, or copied right into its buffer as far as that cannot be; anything else
 * goes through a kernel buffer.
 */
final class Sendfile {
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;

    private Sendfile() {
    }

    @WarmPath("per system call")
    @Syscall("sendfile")
    static long sendfile(Call call, int outFd, int inFd, long offset, long count) {
        FileHandle in = call.file(inFd);
        FileHandle out = call.secondFile(outFd);
        if (in == null || out == null || !in.isReadable() || !out.isWritable()) {
            return -EBADF;
        }
        long place = in.isStream() ? -EINVAL : in.seek(0, SEEK_CUR);
        if (place < 0 || count < 0 || (out.flags() & OpenFlags.O_APPEND) != 0 || !out.canSplice()) {
            return -EINVAL;
        }
        if (offset != 0) {
            place = loadOffset(call, offset);
            if (place < 0) {
                return place;
            }
            place += call.progress;
        }
        long from = place - call.progress;
        long result = copy(call, in, place, out, Math.min(count, Read.COUNT_MAX), offset == 0);
        if (result > 0 && offset != 0) {
            int stored = storeOffset(call, offset, from + result);
            return stored < 0 ? stored : result;
        }
        // What cannot be read from is no source, whatever read(2) says of it.
        return result == -EISDIR ? -EINVAL : result;
    }

    private static long copy(Call call, FileHandle in, long start, FileHandle out, long count, boolean movesPlace) {
        long buffer = call.instance().files().copyBuffer();
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        KernelTransfer transfer = new KernelTransfer();
        FileSource source = new FileSource();
        long place = start;
        while (call.progress < count) {
            long some = Math.min(count - call.progress, Files.COPY_BYTES);
            RegularHandle file = out instanceof TcpSocket && in instanceof RegularHandle regular ? regular : null;
            // Of a file that goes into a connection, only whether there is anything.
            long got = in.read(transfer.set(buffer, file != null ? 1 : some), place);
            if (got == 0) {
                break;
            }
            long put = got < 0 ? got : file != null ? out.write(source.set(file, place, some), FileHandle.CURRENT)
                    : put(call, out, transfer, buffer, got, FileHandle.CURRENT);
            if (put == -EAGAIN) {
                return call.await(out, Events.OUT);
            }
            if (put < 0) {
                return failed(call, put);
            }
            place += put;
            call.progress += put;
            if (movesPlace) {
                in.seek(place, SEEK_SET);
            }
        }
        return call.task().io.moved(call.progress);
    }

    /** Writes what stands in a buffer, as much as the limits of the process allow. */
    static long put(Call call, FileHandle out, KernelTransfer transfer, long buffer, long count, long offset) {
        long allowed = FileSizeLimit.clip(call, out, offset, count);
        return allowed < 0 ? allowed : out.write(transfer.set(buffer, allowed), offset);
    }

    /** An error that ends a copy: what was moved before counts. */
    static long failed(Call call, long error) {
        if (error == -EPIPE) {
            Signals.sendToSelf(call.task(), SignalNumber.SIGPIPE);
        }
        return call.progress > 0 ? call.progress : error;
    }

    /** A loff_t in user memory: -EFAULT, or -EINVAL when it is negative. */
    static long loadOffset(Call call, long address) {
        long copy = call.scratch(Long.BYTES);
        if (call.process().memory().copyIn(address, copy, Long.BYTES) < 0) {
            return -EFAULT;
        }
        long offset = Memory.getLong(copy);
        return offset < 0 ? -EINVAL : offset;
    }

    static int storeOffset(Call call, long address, long offset) {
        long copy = call.scratch(Long.BYTES);
        Memory.putLong(copy, offset);
        return call.process().memory().copyOut(copy, address, Long.BYTES);
    }

    /** The bytes of a file from a place on, for who sends them or writes them elsewhere. */
    private static final class FileSource extends Transfer {
        private final KernelTransfer target = new KernelTransfer();
        private final Loan loan = new Loan();
        private RegularHandle file;
        private long place;
        private long remaining;
        /** How many bytes are to be taken before more may be lent, for otherwise pages would begin amid those taken. */
        private long taken;

        FileSource set(RegularHandle newFile, long newPlace, long lengthBytes) {
            file = newFile;
            place = newPlace;
            remaining = lengthBytes;
            taken = lengthBytes;
            return this;
        }

        @Override
        public long remaining() {
            return remaining;
        }

        @Override
        public Loan lend(long lengthMaxBytes) {
            file.lend(place, Math.min(lengthMaxBytes, remaining), loan);
            taken = loan.lengthBytes > 0 ? loan.lengthBytes : remaining;
            return loan.address == 0 ? null : loan;
        }

        @Override
        public void lent(long lengthBytes) {
            place += lengthBytes;
            remaining -= lengthBytes;
        }

        @Override
        public long take(long address, long lengthBytes) {
            long moved = file.read(target.set(address, Math.min(lengthBytes, Math.min(taken, remaining))), place);
            place += Math.max(0, moved);
            remaining -= Math.max(0, moved);
            return moved;
        }

        @Override
        public long put(long source, long lengthBytes) {
            return -EFAULT;
        }

        @Override
        public long putZeros(long lengthBytes) {
            return -EFAULT;
        }
    }
}

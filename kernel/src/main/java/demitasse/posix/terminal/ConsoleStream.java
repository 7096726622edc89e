package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Text;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/**
 * A standard stream that is no terminal on the host: to the program one end of a pipe whose other end is outside. A
 * host file looks like a pipe too, since the kernel cannot seek in it.
 */
public final class ConsoleStream extends FileHandle {
    /** More is asked of the host at once only by a larger buffer; a write is split at this size. */
    private static final int CHUNK_BYTES = ConsoleOutput.CAPACITY_BYTES / 2;

    private final Files files;
    private final Outside inode;
    private final ConsoleInput input;
    private final ConsoleOutput output;

    private ConsoleStream(Files files, int flags, Outside inode, ConsoleInput input, ConsoleOutput output) {
        super(flags);
        this.files = files;
        this.inode = inode;
        this.input = input;
        this.output = output;
    }

    static ConsoleStream reading(Files files, ConsoleInput input) {
        return new ConsoleStream(files, OpenFlags.O_RDONLY, new Outside(files, input, null), input, null);
    }

    static ConsoleStream writing(Files files, ConsoleOutput output) {
        return new ConsoleStream(files, OpenFlags.O_WRONLY, new Outside(files, null, output), null, output);
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public void describe(Text out) {
        out.add("pipe:[").number(inode.number()).add("]");
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (input == null) {
            return -EINVAL;
        }
        if (target.remaining() == 0) {
            return 0;
        }
        int waiting = input.fill();
        if (waiting <= 0) {
            return waiting;
        }
        long n = target.put(input.address(), waiting);
        if (n > 0) {
            input.consume((int) n);
        }
        return n;
    }

    @Override
    public long write(Transfer source, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (output == null) {
            return -EINVAL;
        }
        long moved = 0;
        while (source.remaining() > 0) {
            int chunk = (int) Math.min(source.remaining(), CHUNK_BYTES);
            long result = output.reserve(chunk);
            if (result == 0) {
                result = source.take(output.appendAddress(), chunk);
            }
            if (result <= 0) {
                return moved > 0 ? moved : result;
            }
            output.appended((int) result);
            output.flush();
            if (output.error() != 0) {
                return moved > 0 ? moved : output.error();
            }
            moved += result;
        }
        return moved;
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        if (request != Ioctls.FIONREAD || input == null) {
            return super.control(request, argument, user);
        }
        return Ioctls.answerInt(files, Math.max(0, input.fill()), argument, user);
    }

    @Override
    public boolean canSignal() {
        return true;
    }

    @Override
    public int readiness() {
        if (input != null) {
            int waiting = input.fill();
            return waiting > 0 ? Events.IN : waiting == 0 ? Events.HUP : 0;
        }
        return (output.isWritable() ? Events.OUT : 0) | (output.error() != 0 ? Events.ERR : 0);
    }

    @Override
    public WaitQueue waiters() {
        return input != null ? input.waiters() : output.waiters();
    }

    /** The pipe to the outside: opening /dev/stderr, which is /proc/self/fd/2, makes one more handle of it. */
    private static final class Outside extends AnonymousInode {
        private final Files files;
        private final ConsoleInput input;
        private final ConsoleOutput output;

        /** Everybody may open it: whoever the program runs as, it was given these streams. */
        Outside(Files files, ConsoleInput input, ConsoleOutput output) {
            super(files, PIPE_DEVICE, Stat.S_IFIFO | 0666, 0, 0);
            this.files = files;
            this.input = input;
            this.output = output;
        }

        @Override
        public int open(int flags, Path path, Ref<FileHandle> out) {
            out.value = new ConsoleStream(files, flags, this, input, output);
            return 0;
        }
    }
}

package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Text;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** One end of a pipe, or both for a FIFO that was opened for reading and writing. */
public final class PipeEnd extends FileHandle {
    /** A number that is no count: who opens an end of pipe(2) by /proc/self/fd waits for nobody. */
    private static final int HAD_BOTH_ENDS = -1;

    private final Pipe pipe;
    private final PipeInode pipeInode;
    private final boolean reads;
    private final boolean writes;
    /** Peers that had ever come when this end was opened; see {@link #opened}. */
    private final int writersBefore;
    private final int readersBefore;

    /** @param path where a FIFO was found, or a pipe(2) in /proc/self/fd; null for pipe(2) itself */
    PipeEnd(PipeInode pipeInode, int flags, Path path) {
        super(flags, path);
        this.pipeInode = pipeInode;
        this.pipe = pipeInode.pipe();
        this.reads = isReadable();
        this.writes = isWritable();
        this.writersBefore = pipeInode.isFifo() ? pipe.writersEver() - pipe.writers() : HAD_BOTH_ENDS;
        this.readersBefore = pipeInode.isFifo() ? pipe.readersEver() - pipe.readers() : HAD_BOTH_ENDS;
        pipe.opened(reads, writes);
    }

    public Pipe pipe() {
        return pipe;
    }

    /** See {@link PipeInode#resize}. */
    public int resize(int bytes, boolean privileged) {
        return pipeInode.resize(bytes, privileged);
    }

    @Override
    public Inode inode() {
        return pipeInode.visible();
    }

    @Override
    public void describe(Text out) {
        out.add("pipe:[").number(pipeInode.number()).add("]");
    }

    @Override
    public int opened() {
        if (nonBlocking() || reads && writes) {
            return 0;
        }
        boolean alone = reads ? pipe.writersEver() == writersBefore : pipe.readersEver() == readersBefore;
        return alone ? -EAGAIN : 0;
    }

    @Override
    public long read(Transfer target, long offset) {
        return offset == CURRENT ? pipe.read(target) : -ESPIPE;
    }

    @Override
    public long write(Transfer source, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        return (flags() & OpenFlags.O_DIRECT) == 0 ? pipe.write(source) : pipe.writePackets(source);
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        if (request != Ioctls.FIONREAD) {
            return super.control(request, argument, user);
        }
        return Ioctls.answerInt(pipeInode.files(), pipe.usedBytes(), argument, user);
    }

    @Override
    public boolean canSignal() {
        return true;
    }

    @Override
    public int readiness() {
        int events = 0;
        if (reads) {
            events |= pipe.usedBytes() > 0 ? Events.IN : 0;
            // A FIFO that no writer has opened yet is not hung up, poll(2) and fifo(7).
            events |= pipe.writers() == 0 && pipe.writersEver() != writersBefore ? Events.HUP : 0;
        }
        if (writes) {
            events |= pipe.freeBytes() >= Pipe.PIPE_BUF ? Events.OUT : 0;
            events |= pipe.readers() == 0 ? Events.ERR : 0;
        }
        return events;
    }

    @Override
    public WaitQueue waiters() {
        return pipe.waiters();
    }

    @Override
    protected void released() {
        pipe.closed(reads, writes);
        pipeInode.endClosed();
    }
}

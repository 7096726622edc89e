package demitasse.posix.ipc;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.memory.Buffer;
import demitasse.base.memory.Text;
import demitasse.posix.file.Files;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Transfer;

/** An open message queue: a file for poll(2) and fstat(2), whose read(2) tells how full it is, mq_overview(7). */
public final class PosixQueueHandle extends FileHandle {
    private final Files files;
    private final PosixQueue queue;
    private final Text text = new Text();
    private long position;

    public PosixQueueHandle(Files files, PosixQueue queue, int flags) {
        super(flags);
        this.files = files;
        this.queue = queue;
        queue.retained();
    }

    public PosixQueue queue() {
        return queue;
    }

    @Override
    public Inode inode() {
        return queue;
    }

    @Override
    public void describe(Text out) {
        out.character('/');
        for (byte b : queue.name) {
            out.character(b);
        }
    }

    @Override
    public long read(Transfer target, long offset) {
        Buffer page = files.word();
        if (page == null) {
            return -ENOMEM;
        }
        text.set(page.address(), page.sizeBytes());
        text.add("QSIZE:").number(queue.usedBytes());
        text.padTo(0, 17).add("NOTIFY:0     SIGNO:").number(queue.notifySignal());
        text.padTo(0, 41).add("NOTIFY_PID:").number(queue.notifiedPid()).newline();
        long start = offset == CURRENT ? position : offset;
        long length = Math.min(target.remaining(), text.length() - start);
        long moved = length <= 0 ? 0 : target.put(text.address() + start, length);
        if (moved > 0 && offset == CURRENT) {
            position += moved;
        }
        return moved;
    }

    @Override
    public boolean isQueue() {
        return true;
    }

    @Override
    public boolean canSplice() {
        return false;
    }

    @Override
    public int readiness() {
        return (queue.first() != null ? Events.IN : 0) | (queue.isFull() ? 0 : Events.OUT);
    }

    @Override
    public WaitQueue waiters() {
        return queue.waiters();
    }

    @Override
    protected void released() {
        queue.dropped();
    }
}

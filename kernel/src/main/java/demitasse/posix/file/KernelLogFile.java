package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPIPE;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Buffer;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.posix.task.KernelLog;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.Transfer;

/**
 * /dev/kmsg, Documentation/ABI/testing/dev-kmsg of Linux: each read takes one record of the kernel's log, each write
 * adds one. What is written is not shown on the console, and lines of one write are records of their own.
 */
public final class KernelLogFile extends FileHandle {
    /** PRINTKRB_RECORD_MAX of Linux. */
    private static final int RECORD_BYTES_MAX = 1024;
    /** LOG_USER of syslog(3): a program cannot speak for the kernel. */
    private static final int FACILITY_USER = 1 << 3;
    private static final int LEVELS = 7;
    private static final int PRIORITY_DEFAULT = FACILITY_USER | 4;
    private static final int PRIORITY_MAX = 0xff;

    private final Inode node;
    private final KernelLog log;
    private final Buffer chunk;
    private final Text text = new Text();
    private long place;
    private long sequence;

    /** @param chunk kernel memory for a record, a page or so */
    public KernelLogFile(Inode node, int flags, Path path, KernelLog log, Buffer chunk) {
        super(flags, path);
        this.node = node;
        this.log = log;
        this.chunk = chunk;
        node.retained();
        goTo(0);
    }

    private void goTo(long where) {
        place = log.firstLine(where);
        sequence = log.sequence(place);
    }

    /** -EPIPE tells once that records were overwritten before they were read. */
    @Override
    public long read(Transfer target, long offset) {
        if (place == log.end()) {
            return -EAGAIN;
        }
        if (isLate()) {
            goTo(place);
            return -EPIPE;
        }
        text.set(chunk.address(), (int) chunk.sizeBytes());
        place = log.describe(place, sequence++, text);
        if (text.length() > target.remaining()) {
            return -EINVAL;
        }
        return target.put(text.address(), text.length()) < text.length() ? -EFAULT : text.length();
    }

    private boolean isLate() {
        return log.firstLine(place) != place;
    }

    @Override
    public long write(Transfer source, long offset) {
        long length = source.remaining();
        if (length > RECORD_BYTES_MAX) {
            return -EINVAL;
        }
        if (source.take(chunk.address(), length) < length) {
            return -EFAULT;
        }
        long begin = chunk.address();
        long end = begin;
        while (end < begin + length && Memory.getByte(end) != 0) {
            end++;
        }
        int priority = 0;
        long after = begin + 1;
        while (after < end && Memory.getByte(after) >= '0' && Memory.getByte(after) <= '9') {
            priority = Math.min(priority * 10 + Memory.getByte(after++) - '0', PRIORITY_MAX);
        }
        if (after < end && Memory.getByte(begin) == '<' && Memory.getByte(after) == '>') {
            priority |= priority <= LEVELS ? FACILITY_USER : 0;
            log.add(priority, after + 1, (int) (end - after - 1));
        } else {
            log.add(PRIORITY_DEFAULT, begin, (int) (end - begin));
        }
        return length;
    }

    @Override
    public long seek(long offset, int whence) {
        if (offset != 0) {
            return -ESPIPE;
        }
        switch (whence) {
            case SeekWhence.SEEK_SET -> goTo(0);
            case SeekWhence.SEEK_DATA -> goTo(log.cleared());
            case SeekWhence.SEEK_END -> goTo(log.end());
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }

    @Override
    public int readiness() {
        return place == log.end() ? 0 : isLate() ? Events.IN | Events.ERR | Events.PRI : Events.IN;
    }

    @Override
    public WaitQueue waiters() {
        return log.readers();
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    protected void released() {
        node.dropped();
    }
}

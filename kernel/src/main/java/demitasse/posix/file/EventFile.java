package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Buffer;
import demitasse.base.memory.Text;
import demitasse.sched.wait.Events;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** eventfd(2): a 64-bit counter that reads take and writes add to. */
public final class EventFile extends AnonymousHandle {
    private static final long MAX = -1L;

    private final Files files;
    private final boolean semaphore;
    private long count;

    public EventFile(Files files, long initial, boolean semaphore, int flags) {
        super(files, OpenFlags.O_RDWR | flags);
        this.files = files;
        this.count = initial;
        this.semaphore = semaphore;
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[eventfd]");
    }

    @Override
    public void details(Text out) {
        out.add("eventfd-count: ").padHex(count, 16).add("\neventfd-semaphore: ").number(semaphore ? 1 : 0).newline();
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (target.remaining() < Long.BYTES) {
            return -EINVAL;
        }
        if (count == 0) {
            return -EAGAIN;
        }
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        long taken = semaphore ? 1 : count;
        word.putLong(0, taken);
        long n = target.put(word.address(), Long.BYTES);
        count -= taken;
        if (!waiters().isEmpty()) {
            waiters().wakeAll(Events.OUT);
        }
        return n;
    }

    @Override
    public long write(Transfer source, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        // No more either, since Linux 6.10.
        if (source.remaining() != Long.BYTES) {
            return -EINVAL;
        }
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        long n = source.take(word.address(), Long.BYTES);
        if (n < 0) {
            return n;
        }
        long added = word.longAt(0);
        if (added == MAX) {
            return -EINVAL;
        }
        if (Long.compareUnsigned(MAX - count, added) <= 0) {
            return -EAGAIN;
        }
        count += added;
        if (!waiters().isEmpty()) {
            waiters().wakeAll(Events.IN);
        }
        return n;
    }

    /** The kernel's own write: adds 1, or nothing to a full counter, as Linux's eventfd_signal(). */
    public void signal() {
        if (count == MAX - 1) {
            return;
        }
        count++;
        if (!waiters().isEmpty()) {
            waiters().wakeAll(Events.IN);
        }
    }

    @Override
    public int readiness() {
        int events = count != 0 ? Events.IN : 0;
        return Long.compareUnsigned(count, MAX - 1) < 0 ? events | Events.OUT : events;
    }
}

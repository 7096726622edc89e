package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.alloc.Pages;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.Text;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/**
 * signalfd(2): signals that a program reads instead of handling them. Whose signals they are is decided by who reads,
 * as on Linux, so the file belongs to nobody.
 */
public final class SignalFile extends AnonymousHandle {
    /** sizeof(struct signalfd_siginfo). */
    private static final int INFO_BYTES = 128;
    private static final int SIGBUS = 7;
    private static final int SIGSEGV = 11;
    private static final int SIGCHLD = 17;

    private final Instance instance;
    private final SignalInfo info = new SignalInfo();
    private final Buffer record = new Buffer();
    private long wanted;

    public SignalFile(Instance instance, long wanted, int flags) {
        super(instance.files(), OpenFlags.O_RDWR | flags);
        this.instance = instance;
        setWanted(wanted);
    }

    /** Which signals are read; SIGKILL and SIGSTOP are not, whatever is asked. */
    public void setWanted(long newWanted) {
        wanted = newWanted & ~SignalNumber.UNBLOCKABLE;
        if (instance.current() != null) {
            waiters().wakeAll(Events.IN);
        }
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[signalfd]");
    }

    @Override
    public void details(Text out) {
        out.add("sigmask:\t").hex(wanted, 16).newline();
    }

    @Override
    public boolean takesBytes() {
        return false;
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (target.remaining() < INFO_BYTES) {
            return -EINVAL;
        }
        if (record.sizeBytes() == 0 && !openRecord()) {
            return -ENOMEM;
        }
        Task reader = instance.current();
        long moved = 0;
        while (target.remaining() >= INFO_BYTES && reader.signals().take(wanted, info)) {
            fill();
            long n = target.put(record.address(), INFO_BYTES);
            if (n < INFO_BYTES) {
                return moved > 0 ? moved : n;
            }
            moved += n;
        }
        return moved > 0 ? moved : -EAGAIN;
    }

    @Override
    public int readiness() {
        Task reader = instance.current();
        return reader != null && (reader.signals().waiting() & wanted) != 0 ? Events.IN : 0;
    }

    @Override
    public WaitQueue waiters() {
        Task reader = instance.current();
        return reader == null ? super.waiters() : reader.process().signals().waiters();
    }

    @Override
    protected void released() {
        if (record.sizeBytes() != 0) {
            instance.pages().release(record.address());
        }
    }

    private boolean openRecord() {
        long page = instance.pages().allocate(0);
        if (page != Pages.NONE) {
            record.set(page, INFO_BYTES);
        }
        return page != Pages.NONE;
    }

    /** struct signalfd_siginfo, signalfd(2), from the union that siginfo_t is. */
    private void fill() {
        record.clear();
        record.putInt(0, info.number);
        record.putInt(4, info.errno);
        record.putInt(8, info.code);
        int low = (int) info.field0;
        int high = (int) (info.field0 >>> 32);
        boolean fault = info.code > 0 && info.code < SignalInfo.SI_KERNEL
                && (info.number == SIGSEGV || info.number == SIGBUS || info.number == 4 || info.number == 8);
        if (fault) {
            record.putLong(72, info.field0);
        } else if (info.code == SignalInfo.SI_TIMER) {
            record.putInt(24, low);
            record.putInt(32, high);
            value();
        } else {
            record.putInt(12, low);
            record.putInt(16, high);
            if (info.number == SIGCHLD && info.code > 0) {
                record.putInt(40, (int) info.field1);
                record.putLong(56, info.field2);
                record.putLong(64, info.field3);
            } else if (info.code > 0 && info.code < SignalInfo.SI_KERNEL) {
                // SIGIO's kind: ssi_band, ssi_fd.
                record.putInt(12, 0);
                record.putInt(16, 0);
                record.putInt(28, low);
                record.putInt(20, (int) info.field1);
            } else if (info.code == SignalInfo.SI_QUEUE) {
                value();
            }
        }
    }

    private void value() {
        record.putInt(44, (int) info.field1);
        record.putLong(48, info.field1);
    }
}

package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.Mark;
import demitasse.vfs.Name;
import demitasse.vfs.Notices;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/** inotify(7): watches of files, and the queue of what has happened to them. */
public final class InotifyFile extends AnonymousHandle {
    /** /proc/sys/fs/inotify. */
    public static final int QUEUED_EVENTS_MAX = 16_384;
    public static final int WATCHES_MAX = 8192;
    private static final int WATCH_BYTES = 128;
    /** Without its name. */
    private static final int EVENT_BYTES = 80;
    public static final int IN_EXCL_UNLINK = 0x400_0000;
    public static final int IN_ONESHOT = 1 << 31;
    private static final int IN_Q_OVERFLOW = 0x4000;
    /** struct inotify_event: 0 wd, 4 mask, 8 cookie, 12 len, 16 name; names fill up to multiples of this. */
    private static final int HEAD_BYTES = 16;
    private static final byte[] NO_NAME = {};

    private final Files files;
    private Watched firstWatch;
    private int watchCount;
    private int lastDescriptor;
    private Event first;
    private Event last;
    private int count;
    private int queuedBytes;

    public InotifyFile(Files files, int flags) {
        super(files, OpenFlags.O_RDONLY | flags);
        this.files = files;
    }

    /** The watch of a place, or 0. */
    public int descriptorOf(Path place) {
        Watched watch = firstWatch;
        while (watch != null && !watch.marks(place)) {
            watch = watch.nextWatch;
        }
        return watch == null ? 0 : watch.descriptor;
    }

    /** Changes what a watch looks for. */
    public void change(int descriptor, int mask, boolean adds) {
        Watched watch = find(descriptor);
        watch.mask = adds ? watch.mask | mask : mask;
    }

    public boolean isFull() {
        return watchCount >= WATCHES_MAX || !JavaHeap.hasRoom(WATCH_BYTES);
    }

    /** A new watch; its descriptor. */
    public int add(Path place, int mask) {
        Watched watch = new Watched(++lastDescriptor, mask);
        watch.nextWatch = firstWatch;
        firstWatch = watch;
        watchCount++;
        JavaHeap.take(WATCH_BYTES);
        watch.set(place);
        return watch.descriptor;
    }

    /** inotify_rm_watch(2): 0 or -EINVAL. */
    public int remove(int descriptor) {
        Watched watch = find(descriptor);
        if (watch == null) {
            return -EINVAL;
        }
        end(watch);
        return 0;
    }

    private Watched find(int descriptor) {
        Watched watch = firstWatch;
        while (watch != null && watch.descriptor != descriptor) {
            watch = watch.nextWatch;
        }
        return watch;
    }

    /** The watch is over, and says so. */
    private void end(Watched watch) {
        unlink(watch);
        queue(watch.descriptor, Notices.IGNORED, 0, NO_NAME);
        watch.unset();
    }

    private void unlink(Watched watch) {
        Watched before = null;
        for (Watched one = firstWatch; one != watch; one = one.nextWatch) {
            before = one;
        }
        if (before == null) {
            firstWatch = watch.nextWatch;
        } else {
            before.nextWatch = watch.nextWatch;
        }
        watchCount--;
        JavaHeap.give(WATCH_BYTES);
    }

    /** An event that says the same as the last one in the queue is not told twice, inotify(7). */
    @ColdPath("somebody watches")
    private void queue(int descriptor, int mask, int cookie, byte[] name) {
        if (last != null && last.says(descriptor, mask, cookie, name)) {
            return;
        }
        boolean overflows = count >= QUEUED_EVENTS_MAX || !JavaHeap.hasRoom(EVENT_BYTES + name.length);
        if (overflows && last != null && last.mask == IN_Q_OVERFLOW) {
            return;
        }
        Event event = overflows ? new Event(-1, IN_Q_OVERFLOW, 0, NO_NAME) : new Event(descriptor, mask, cookie, name);
        if (last == null) {
            first = event;
        } else {
            last.next = event;
        }
        last = event;
        count++;
        queuedBytes += event.sizeBytes();
        JavaHeap.take(event.heapBytes());
        waiters().wakeAll(Events.IN);
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:inotify");
    }

    /** The watches, the newest first, proc_pid_fdinfo(5). */
    @Override
    public void details(Text out) {
        Stat stat = files.stat();
        for (Watched one = firstWatch; one != null; one = one.nextWatch) {
            if (one.watched() != null && one.watched().stat(stat) == 0) {
                long device = (long) Stat.majorOf(stat.device) << 20 | Stat.minorOf(stat.device);
                out.add("inotify wd:").hex(one.descriptor, 1).add(" ino:").hex(stat.inode, 1);
                out.add(" sdev:").hex(device, 1).add(" mask:").hex(one.mask & 0xffff_ffffL, 1);
                out.add(" ignored_mask:0 \n");
            }
        }
    }

    @Override
    @ColdPath("once per batch of events")
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (first == null) {
            return -EAGAIN;
        }
        if (target.remaining() < first.sizeBytes()) {
            return -EINVAL;
        }
        long buffer = files.copyBuffer();
        if (buffer == 0) {
            return -ENOMEM;
        }
        long done = 0;
        while (first != null && target.remaining() >= first.sizeBytes()) {
            Event event = first;
            event.store(buffer);
            long moved = target.put(buffer, event.sizeBytes());
            if (moved < event.sizeBytes()) {
                return done > 0 ? done : Math.min(moved, -1);
            }
            done += moved;
            dropFirst();
        }
        return done;
    }

    private void dropFirst() {
        Event event = first;
        first = event.next;
        last = first == null ? null : last;
        count--;
        queuedBytes -= event.sizeBytes();
        JavaHeap.give(event.heapBytes());
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        return request == Ioctls.FIONREAD ? Ioctls.answerInt(files, queuedBytes, argument, user) : -ENOTTY;
    }

    @Override
    public boolean canSignal() {
        return true;
    }

    @Override
    public int readiness() {
        return first == null ? 0 : Events.IN;
    }

    @Override
    protected void released() {
        while (firstWatch != null) {
            Watched watch = firstWatch;
            unlink(watch);
            watch.unset();
        }
        while (first != null) {
            dropFirst();
        }
    }

    private final class Watched extends Mark {
        private final int descriptor;
        private int mask;
        private Watched nextWatch;

        Watched(int descriptor, int mask) {
            this.descriptor = descriptor;
            this.mask = mask;
        }

        @Override
        protected void happened(int events, int cookie, Name name, boolean deleted) {
            boolean unwanted = (mask & events & Notices.ALL) == 0
                    || name != null && deleted && (mask & IN_EXCL_UNLINK) != 0;
            if (unwanted) {
                return;
            }
            queue(descriptor, events & ~Notices.OPEN_EXEC, cookie, name == null ? NO_NAME : bytes(name));
            if ((mask & IN_ONESHOT) != 0) {
                end(this);
            }
        }

        @Override
        protected void gone(int event) {
            if ((event & Notices.UNMOUNT) != 0 || (mask & event) != 0) {
                queue(descriptor, event, 0, NO_NAME);
            }
            end(this);
        }
    }

    private static byte[] bytes(Name name) {
        byte[] copy = new byte[name.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = (byte) name.at(i);
        }
        return copy;
    }

    private static final class Event {
        private final int descriptor;
        private final int mask;
        private final int cookie;
        private final byte[] name;
        private Event next;

        Event(int descriptor, int mask, int cookie, byte[] name) {
            this.descriptor = descriptor;
            this.mask = mask;
            this.cookie = cookie;
            this.name = name;
        }

        boolean says(int otherDescriptor, int otherMask, int otherCookie, byte[] otherName) {
            boolean same = descriptor == otherDescriptor && mask == otherMask && cookie == otherCookie
                    && name.length == otherName.length;
            for (int i = 0; same && i < name.length; i++) {
                same = name[i] == otherName[i];
            }
            return same;
        }

        int heapBytes() {
            return EVENT_BYTES + name.length;
        }

        int sizeBytes() {
            return name.length == 0 ? HEAD_BYTES : HEAD_BYTES + (name.length + HEAD_BYTES & -HEAD_BYTES);
        }

        void store(long address) {
            Buffer out = new Buffer(address, sizeBytes());
            out.clear();
            out.putInt(0, descriptor);
            out.putInt(4, mask);
            out.putInt(8, cookie);
            out.putInt(12, sizeBytes() - HEAD_BYTES);
            for (int i = 0; i < name.length; i++) {
                Memory.putByte(address + HEAD_BYTES + i, name[i]);
            }
        }
    }
}

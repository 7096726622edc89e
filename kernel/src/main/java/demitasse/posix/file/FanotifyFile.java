package demitasse.posix.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mark;
import demitasse.vfs.Name;
import demitasse.vfs.Notices;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** A group of fanotify(7): marks of files, mounts and file systems, and the queue of what has happened to them. */
public final class FanotifyFile extends AnonymousHandle {
    /** Kinds of marks. */
    public static final int OF_FILE = 0;
    public static final int OF_MOUNT = 1;
    public static final int OF_FILE_SYSTEM = 2;
    public static final int FAN_UNLIMITED_QUEUE = 0x10;
    public static final int FAN_UNLIMITED_MARKS = 0x20;
    public static final int FAN_REPORT_TID = 0x100;
    public static final int FAN_EVENT_ON_CHILD = 0x800_0000;
    public static final int FAN_ONDIR = Notices.ISDIR;
    /** What can be told without handles of files. */
    public static final int EVENTS = Notices.ACCESS | Notices.MODIFY | Notices.CLOSE_WRITE | Notices.CLOSE_NOWRITE
            | Notices.OPEN | Notices.OPEN_EXEC;
    private static final int FAN_Q_OVERFLOW = 0x4000;
    private static final int FAN_NOFD = -1;
    private static final int MARKS_MAX = 8192;
    private static final int QUEUED_EVENTS_MAX = 16_384;
    /** An event is looked for among so many, to say two things at once. */
    private static final int MERGED_MAX = 128;
    private static final int MARK_BYTES = 160;
    private static final int EVENT_BYTES = 96;
    /** struct fanotify_event_metadata: 0 its length, 4 version, 6 length of the head, 8 mask (64), 16 fd, 20 pid. */
    private static final int METADATA_BYTES = 24;
    private static final int VERSION = 3;

    private final Files files;
    private final Instance instance;
    /** By whose numbers it tells of processes: those of who has made it. */
    private final PidNamespace numbers;
    private final int groupFlags;
    private final int eventFlags;
    private final Ref<FileHandle> opened = new Ref<>();
    private Wanted firstMark;
    private int markCount;
    private Event first;
    private Event last;
    private int count;

    /** @param eventFlags of open(2), for the files that are handed out */
    public FanotifyFile(Instance instance, int groupFlags, int eventFlags, int flags) {
        super(instance.files(), OpenFlags.O_RDWR | flags);
        this.files = instance.files();
        this.instance = instance;
        this.numbers = instance.current().process().pidNamespace();
        this.groupFlags = groupFlags;
        this.eventFlags = eventFlags;
    }

    /**
     * fanotify_mark(2): adds to what is wanted, or ignored, of a place.
     *
     * @return 0, or -ENOSPC for a mark too many
     */
    public int add(Path place, int kind, int mask, boolean ignores, boolean survives) {
        Wanted mark = find(place, kind);
        if (mark == null) {
            boolean full = markCount >= MARKS_MAX && (groupFlags & FAN_UNLIMITED_MARKS) == 0;
            if (full || !JavaHeap.hasRoom(MARK_BYTES)) {
                return -ENOSPC;
            }
            JavaHeap.take(MARK_BYTES);
            mark = new Wanted(place, kind);
            mark.nextWanted = firstMark;
            firstMark = mark;
            markCount++;
        }
        if (ignores) {
            mark.ignored |= mask;
            mark.survives |= survives;
        } else {
            mark.mask |= mask;
        }
        return 0;
    }

    /** 0, or -ENOENT where there is no mark. */
    public int remove(Path place, int kind, int mask, boolean ignores) {
        Wanted mark = find(place, kind);
        if (mark == null) {
            return -ENOENT;
        }
        mark.ignored &= ignores ? ~mask : -1;
        mark.mask &= ignores ? -1 : ~mask;
        if ((mark.mask & EVENTS) == 0 && mark.ignored == 0) {
            end(mark);
        }
        return 0;
    }

    /** FAN_MARK_FLUSH: all marks of a kind go. */
    public void flush(int kind) {
        Wanted mark = firstMark;
        while (mark != null) {
            Wanted following = mark.nextWanted;
            if (mark.kind == kind) {
                end(mark);
            }
            mark = following;
        }
    }

    private Wanted find(Path place, int kind) {
        Wanted mark = firstMark;
        while (mark != null && !mark.is(place, kind)) {
            mark = mark.nextWanted;
        }
        return mark;
    }

    private void end(Wanted mark) {
        Wanted before = null;
        for (Wanted one = firstMark; one != mark; one = one.nextWanted) {
            before = one;
        }
        if (before == null) {
            firstMark = mark.nextWanted;
        } else {
            before.nextWanted = mark.nextWanted;
        }
        markCount--;
        JavaHeap.give(MARK_BYTES);
        mark.unset();
    }

    private void told(Wanted mark, int events, boolean ofChild, Path place) {
        if (!ofChild && (events & Notices.MODIFY) != 0 && !mark.survives) {
            mark.ignored = 0;
        }
        int wanted = events & mark.mask & EVENTS;
        boolean unwanted = wanted == 0 || (events & ~mark.mask & FAN_ONDIR) != 0
                || ofChild && (mark.mask & FAN_EVENT_ON_CHILD) == 0;
        if (!unwanted && place.isSet()) {
            wanted &= ~ignored(place);
            if (wanted != 0) {
                queue(place, wanted);
            }
        }
    }

    /** What the marks of the group want to hear nothing of at a place. */
    private int ignored(Path place) {
        int ignored = 0;
        for (Wanted mark = firstMark; mark != null; mark = mark.nextWanted) {
            ignored |= mark.ignored != 0 && mark.concerns(place) ? mark.ignored : 0;
        }
        return ignored;
    }

    @ColdPath("somebody watches")
    private void queue(Path place, int mask) {
        Task task = instance.current();
        boolean ofThread = (groupFlags & FAN_REPORT_TID) != 0;
        // At once, since a process may have no number any more when its event is read.
        int pid = task == null ? 0 : numbers.numberOf(ofThread ? task.tid() : task.process().pid());
        for (Event event = count > MERGED_MAX ? last : first; event != null; event = event.next) {
            if (event.pid == pid && event.place.isSet() && event.place.samePlace(place)) {
                event.mask |= mask;
                return;
            }
        }
        boolean full = count >= QUEUED_EVENTS_MAX && (groupFlags & FAN_UNLIMITED_QUEUE) == 0;
        boolean overflows = full || !JavaHeap.hasRoom(EVENT_BYTES);
        if (overflows && last != null && last.mask == FAN_Q_OVERFLOW) {
            return;
        }
        Event event = new Event(overflows ? FAN_Q_OVERFLOW : mask, overflows ? 0 : pid);
        if (!overflows) {
            event.place.set(place);
        }
        if (last == null) {
            first = event;
        } else {
            last.next = event;
        }
        last = event;
        count++;
        JavaHeap.take(EVENT_BYTES);
        waiters().wakeAll(Events.IN);
    }

    private void dropFirst() {
        first.place.clear();
        first = first.next;
        last = first == null ? null : last;
        count--;
        JavaHeap.give(EVENT_BYTES);
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[fanotify]");
    }

    @Override
    public void details(Text out) {
        out.add("fanotify flags:").hex(groupFlags, 1).add(" event-flags:").hex(eventFlags, 1).newline();
    }

    @Override
    @ColdPath("once per batch of events")
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        long done = 0;
        while (first != null) {
            if (target.remaining() < METADATA_BYTES) {
                return done > 0 ? done : -EINVAL;
            }
            Event event = first;
            int fd = event.place.isSet() ? open(event.place) : FAN_NOFD;
            long moved = fd < FAN_NOFD ? fd : tell(target, event, fd);
            dropFirst();
            if (moved < 0) {
                if (fd >= 0) {
                    instance.current().process().files().close(fd);
                }
                return done > 0 ? done : moved;
            }
            done += moved;
        }
        return done > 0 ? done : -EAGAIN;
    }

    private long tell(Transfer target, Event event, int fd) {
        Buffer out = files.word();
        if (out == null) {
            return -EAGAIN;
        }
        out.putInt(0, METADATA_BYTES);
        out.putInt(4, VERSION | METADATA_BYTES << Short.SIZE);
        out.putLong(8, event.mask);
        out.putInt(16, fd);
        out.putInt(20, event.pid);
        return target.put(out.address(), METADATA_BYTES);
    }

    /** A descriptor of what an event is about, for the running process; what is done with it is no event. */
    private int open(Path place) {
        int error = place.inode().open(eventFlags & ~OpenFlags.O_CLOEXEC, place, opened);
        FileHandle file = opened.value;
        opened.value = null;
        if (error < 0) {
            // -1 stands for no file at all.
            return error == FAN_NOFD ? -EACCES : error;
        }
        file.setSilent();
        return instance.current().process().files().installNew(file, (eventFlags & OpenFlags.O_CLOEXEC) != 0);
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        return request == Ioctls.FIONREAD ? Ioctls.answerInt(files, count * METADATA_BYTES, argument, user) : -ENOTTY;
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
        while (firstMark != null) {
            end(firstMark);
        }
        while (first != null) {
            dropFirst();
        }
    }

    private static final class Event {
        private final Path place = new Path();
        private final int pid;
        private int mask;
        private Event next;

        Event(int mask, int pid) {
            this.mask = mask;
            this.pid = pid;
        }
    }

    /** What is wanted and what is ignored of a file, a mount or a file system. */
    private final class Wanted extends Mark {
        private final int kind;
        private int mask;
        private int ignored;
        /** Ignores even what was written to meanwhile. */
        private boolean survives;
        private Wanted nextWanted;

        Wanted(Path place, int kind) {
            this.kind = kind;
            if (kind == OF_FILE) {
                set(place);
            } else {
                setWide(place, kind == OF_FILE_SYSTEM);
            }
        }

        /** Whether it is the mark of a kind at a place. */
        boolean is(Path place, int asked) {
            return kind == asked && (kind == OF_FILE ? marks(place) : covers(place));
        }

        boolean concerns(Path place) {
            return kind != OF_FILE ? covers(place)
                    : marks(place) || (mask & FAN_EVENT_ON_CHILD) != 0 && marksAbove(place);
        }

        @Override
        protected void happened(int events, int cookie, Name name, boolean deleted) {
            told(this, events, name != null, subject());
        }

        @Override
        protected void gone(int event) {
            end(this);
        }
    }
}

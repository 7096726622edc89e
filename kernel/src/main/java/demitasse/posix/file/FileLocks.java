package demitasse.posix.file;

import static demitasse.base.error.Errno.EDEADLK;

import demitasse.base.memory.JavaHeap;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;

/**
 * Advisory locks of all files, fcntl(2) and flock(2), in one list: programs hold few, and most files have none. Who
 * waits for any is woken when one goes.
 */
public final class FileLocks {
    /** How far a chain of waiting processes is followed. */
    private static final int CHAIN_MAX = 100;
    /** A search looks at all of them. */
    private static final int COUNT_MAX = 16_384;
    private static final int LOCK_BYTES = 128;

    private final WaitQueue waiters = new WaitQueue();
    private FileLock first;
    private LockWait waits;
    private int count;

    /** Woken with OUT whenever a lock is given back. */
    public WaitQueue waiters() {
        return waiters;
    }

    /** A lock of somebody else that stands in the way; null when there is none. */
    public FileLock conflict(Inode inode, Object owner, boolean whole, int type, long from, long to) {
        for (FileLock lock = first; lock != null; lock = lock.next) {
            boolean exclusive = type == FileLock.WRITE || lock.type == FileLock.WRITE;
            if (lock.inode == inode && lock.owner != owner && lock.whole == whole && exclusive
                    && lock.overlaps(from, to)) {
                return lock;
            }
        }
        return null;
    }

    /** A record lock that an owner has in a range itself; null when there is none. */
    public FileLock own(Inode inode, Object owner, long from, long to) {
        for (FileLock lock = first; lock != null; lock = lock.next) {
            if (lock.inode == inode && lock.owner == owner && !lock.whole && lock.overlaps(from, to)) {
                return lock;
            }
        }
        return null;
    }

    /**
     * Notes whose lock a call waits for.
     *
     * @return 0; -EDEADLK when that one waits for the caller in turn. As on Linux, locks of open files are not followed
     */
    public int waitFor(LockWait wait, FileLock conflict) {
        wait.blocker = conflict.owner;
        Object at = conflict.owner;
        for (int i = 0; i < CHAIN_MAX && wait.owner instanceof FileTable; i++) {
            if (at == wait.owner) {
                return -EDEADLK;
            }
            LockWait further = waitOf(at);
            if (further == null) {
                return 0;
            }
            at = further.blocker;
        }
        return 0;
    }

    private LockWait waitOf(Object owner) {
        LockWait one = waits;
        while (one != null && one.owner != owner) {
            one = one.next;
        }
        return one;
    }

    void add(LockWait wait) {
        wait.next = waits;
        waits = wait;
    }

    void remove(LockWait wait) {
        LockWait before = null;
        for (LockWait at = waits; at != wait; at = at.next) {
            before = at;
        }
        if (before == null) {
            waits = wait.next;
        } else {
            before.next = wait.next;
        }
    }

    /** Whether a range may be set to a type: that may make two more locks. To free some is possible for longer. */
    public boolean hasRoomFor(int type) {
        int most = type == FileLock.UNLOCK ? 2 * COUNT_MAX : COUNT_MAX;
        return count <= most - 2 && JavaHeap.hasRoom(2 * LOCK_BYTES);
    }

    /** Sets a range to a type, or frees it; there is no {@link #conflict}. Own locks are split and merged. */
    public void set(Inode inode, Object owner, boolean whole, int type, long from, long to, int pid) {
        long start = from;
        long end = to;
        boolean freed = false;
        FileLock following;
        for (FileLock lock = first; lock != null; lock = following) {
            following = lock.next;
            if (lock.inode != inode || lock.owner != owner || lock.whole != whole) {
                continue;
            }
            if (lock.type == type && lock.touches(start, end)) {
                start = Math.min(start, lock.first);
                end = Math.max(end, lock.last);
                remove(lock);
            } else if (lock.overlaps(start, end)) {
                cut(lock, start, end);
                freed = true;
            }
        }
        if (type != FileLock.UNLOCK) {
            push(new FileLock(this, inode, owner, whole, type, start, end, pid));
        }
        if (freed) {
            waiters.wakeAll(Events.OUT);
        }
    }

    /** A process has closed a descriptor: its locks on that file are gone, fcntl(2) "Record locks". */
    void closed(FileTable owner, FileHandle file) {
        Inode inode = first == null ? null : file.inode();
        boolean freed = false;
        FileLock following;
        for (FileLock lock = first; lock != null; lock = following) {
            following = lock.next;
            if (lock.owner == owner && lock.inode == inode) {
                remove(lock);
                freed = true;
            }
        }
        if (freed) {
            waiters.wakeAll(Events.OUT);
        }
    }

    /** The open file that owned a lock is gone. */
    void forget(FileLock lock) {
        unlink(lock);
        waiters.wakeAll(Events.OUT);
    }

    /** Takes a range out of a lock. */
    private void cut(FileLock lock, long start, long end) {
        boolean headStays = lock.first < start;
        boolean tailStays = lock.last > end;
        if (headStays && tailStays) {
            push(new FileLock(this, lock.inode, lock.owner, lock.whole, lock.type, end + 1, lock.last, lock.pid));
            lock.last = start - 1;
        } else if (headStays) {
            lock.last = start - 1;
        } else if (tailStays) {
            lock.first = end + 1;
        } else {
            remove(lock);
        }
    }

    private void push(FileLock lock) {
        lock.next = first;
        first = lock;
        count++;
        JavaHeap.take(LOCK_BYTES);
    }

    private void remove(FileLock lock) {
        unlink(lock);
        if (lock.owner instanceof FileHandle file) {
            file.removeWatch(lock);
        }
    }

    private void unlink(FileLock lock) {
        count--;
        JavaHeap.give(LOCK_BYTES);
        FileLock before = null;
        for (FileLock at = first; at != lock; at = at.next) {
            before = at;
        }
        if (before == null) {
            first = lock.next;
        } else {
            before.next = lock.next;
        }
    }
}

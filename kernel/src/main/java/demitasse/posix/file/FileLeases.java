package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.memory.JavaHeap;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Watch;

/**
 * The leases of all files, fcntl(2) "Leases": who holds one hears before somebody opens or truncates the file in a way
 * that it excludes, and has a time to give it up. In one list, as locks are.
 */
public final class FileLeases {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int NONE = 2;
    private static final int COUNT_MAX = 4096;
    private static final int LEASE_BYTES = 128;

    private final WaitQueue waiters = new WaitQueue();
    /** /proc/sys/fs/lease-break-time; 0 for as long as it takes. */
    private int breakS = 45;
    private Lease first;
    private int count;

    public int breakS() {
        return breakS;
    }

    public void setBreakS(int seconds) {
        breakS = seconds;
    }

    /** Woken with OUT whenever a lease is given up, in part or whole. */
    public WaitQueue waiters() {
        return waiters;
    }

    /** Whether opening has anything to ask. */
    public boolean areHeld() {
        return first != null;
    }

    /** F_GETLEASE: what is held; while somebody waits, what is to become of that. */
    public int type(FileHandle file) {
        Lease lease = of(file);
        return lease == null ? NONE : lease.unlocks ? NONE : lease.downgrades ? READ : lease.type;
    }

    private Lease of(FileHandle file) {
        Lease lease = first;
        while (lease != null && lease.file != file) {
            lease = lease.next;
        }
        return lease;
    }

    /** F_SETLEASE with F_UNLCK: 0, or -EAGAIN when there is none. */
    public int giveUp(FileHandle file) {
        Lease lease = of(file);
        if (lease == null) {
            return -EAGAIN;
        }
        file.removeWatch(lease);
        remove(lease);
        return 0;
    }

    /**
     * F_SETLEASE; that nobody else has the file open in another way was found out.
     *
     * @param owner who is told, by the signal that F_SETSIG names
     * @return 0; -EAGAIN when others hold leases that exclude it; -ENOMEM
     */
    public int set(FileHandle file, int type, FileOwner owner) {
        for (Lease lease = first; lease != null; lease = lease.next) {
            boolean other = lease.file != file && lease.inode == file.inode();
            if (other && (type == WRITE || lease.unlocks)) {
                return -EAGAIN;
            }
        }
        Lease own = of(file);
        if (own != null) {
            own.become(type);
            return 0;
        }
        if (count == COUNT_MAX || !JavaHeap.hasRoom(LEASE_BYTES)) {
            return -ENOMEM;
        }
        Lease lease = new Lease(file, type, owner);
        lease.next = first;
        first = lease;
        count++;
        JavaHeap.take(LEASE_BYTES);
        file.addWatch(lease);
        return 0;
    }

    /**
     * Somebody opens a file, or truncates it: who holds a lease in the way is told, once.
     *
     * @param flags of open(2)
     * @return when to ask again at the latest; 0 when nothing is in the way
     */
    public long breakFor(Inode inode, int flags, long nowNs) {
        boolean writes = (flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY;
        long untilNs = 0;
        Lease following;
        for (Lease lease = first; lease != null; lease = following) {
            following = lease.next;
            if (lease.inode == inode) {
                expire(lease, nowNs);
                if (lease.type == WRITE || writes && lease.type == READ) {
                    lease.breakUp(writes, nowNs);
                    untilNs = lease.endNs;
                }
            }
        }
        return untilNs;
    }

    private void expire(Lease lease, long nowNs) {
        boolean late = nowNs >= lease.endNs;
        if (late && lease.unlocks) {
            giveUp(lease.file);
            lease.type = NONE;
        } else if (late && lease.downgrades) {
            lease.become(READ);
        }
    }

    private void remove(Lease lease) {
        Lease before = null;
        for (Lease at = first; at != lease; at = at.next) {
            before = at;
        }
        if (before == null) {
            first = lease.next;
        } else {
            before.next = lease.next;
        }
        count--;
        JavaHeap.give(LEASE_BYTES);
        waiters.wakeAll(Events.OUT);
    }

    private final class Lease extends Watch {
        private final FileHandle file;
        private final Inode inode;
        private final FileOwner owner;
        private int type;
        /** Somebody waits for it to be given up, or to become one for reading; until when. */
        private boolean unlocks;
        private boolean downgrades;
        private long endNs = Long.MAX_VALUE;
        private Lease next;

        Lease(FileHandle file, int type, FileOwner owner) {
            this.file = file;
            this.inode = file.inode();
            this.type = type;
            this.owner = owner;
        }

        private void become(int newType) {
            type = newType;
            downgrades = false;
            endNs = unlocks ? endNs : Long.MAX_VALUE;
            waiters.wakeAll(Events.OUT);
        }

        private void breakUp(boolean whole, long nowNs) {
            if (unlocks || downgrades && !whole) {
                return;
            }
            unlocks = whole;
            downgrades |= !whole;
            endNs = breakS == 0 ? Long.MAX_VALUE : nowNs + breakS * 1_000_000_000L;
            owner.message();
        }

        @Override
        protected void fileGone() {
            remove(this);
        }
    }
}

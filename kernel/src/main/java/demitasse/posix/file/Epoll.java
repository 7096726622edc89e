package demitasse.posix.file;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;

/**
 * epoll(7). Registrations that may have something to say stand in the ready list; waiting looks at these alone, however
 * many there are besides.
 */
public final class Epoll extends AnonymousHandle {
    public static final int EXCLUSIVE = 1 << 28;
    public static final int WAKEUP = 1 << 29;
    public static final int ONESHOT = 1 << 30;
    public static final int EDGE = 1 << 31;
    /** Say how to report, not what. */
    static final int PRIVATE_BITS = EXCLUSIVE | WAKEUP | ONESHOT | EDGE;
    private static final int EXCLUSIVE_OK =
            Events.IN | Events.OUT | Events.ERR | Events.HUP | WAKEUP | EDGE | EXCLUSIVE;
    /** epoll_ctl(2), ELOOP: epoll instances in a chain. */
    private static final int NESTING_MAX = 5;
    /**
     * Ways from an instance out to others that are in none themselves, by how many it is away from them; path_limits of
     * Linux's fs/eventpoll.c. A wake-up goes all of them, and without a limit there are exponentially many. Linux
     * counts the ways from each file, here it is those from an instance, whether or not there is a file in it yet.
     */
    private static final int[] WAYS_MAX = {Integer.MAX_VALUE, 500, 100, 50, 10};
    /** /proc/sys/fs/epoll/max_user_watches; here for each instance. */
    private static final int ITEMS_MAX = 1 << 20;
    private static final int ITEM_BYTES = 128;
    private static final int INITIAL_BUCKETS = 16;

    private final Files files;
    private EpollItem[] buckets = new EpollItem[INITIAL_BUCKETS];
    private int count;
    private EpollItem firstReady;
    private EpollItem lastReady;
    private int readyCount;
    /** Registrations of this instance in other ones. */
    private EpollItem parents;
    /** The last search that has come here, {@link Files#nextSearch}, and how far it went from here. */
    private long searched;
    private int depthFound;

    public Epoll(Files files) {
        super(files, OpenFlags.O_RDWR);
        this.files = files;
    }

    @Override
    public boolean carriesBytes() {
        return false;
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[eventpoll]");
    }

    /** As ep_eventpoll_ioctl of Linux, which knows requests for busy polling only. */
    @Override
    public long control(int request, long argument, ControlMemory user) {
        return -EINVAL;
    }

    /** -EPERM for a file that cannot be waited for (a regular file, /dev/null), epoll_ctl(2); 0 for others. */
    public static int refusal(Files files, FileHandle file) {
        if (!file.isPollable()) {
            return -EPERM;
        }
        Inode inode = file instanceof AnonymousHandle || file.isQueue() ? null : file.inode();
        Stat stat = files.stat();
        if (inode == null || inode.stat(stat) < 0) {
            return 0;
        }
        int type = stat.mode & Stat.S_IFMT;
        return type == Stat.S_IFREG || type == Stat.S_IFDIR ? -EPERM : 0;
    }

    /** EPOLL_CTL_ADD. */
    public int add(FileHandle file, int fd, int events, long data) {
        int refused = check(file, events);
        if (refused != 0) {
            return refused;
        }
        if (find(file, fd) != null) {
            return -EEXIST;
        }
        if (count == ITEMS_MAX) {
            return -ENOSPC;
        }
        if (!JavaHeap.hasRoom(ITEM_BYTES)) {
            return -ENOMEM;
        }
        if (file instanceof Epoll inner && nesting(inner) > NESTING_MAX) {
            return -ELOOP;
        }
        EpollItem item = new EpollItem(this, file, fd);
        insert(item);
        if (file instanceof Epoll inner) {
            item.nextParent = inner.parents;
            inner.parents = item;
            if (!inner.hasFewWaysFromAll(files.nextSearch())) {
                item.detach();
                forget(item);
                return -EINVAL;
            }
        }
        item.set(events, data);
        reportIfReady(item);
        return 0;
    }

    /**
     * What was added under a descriptor: one of several where the descriptor was used anew meanwhile, by its index;
     * null when there are fewer. Borrowed.
     */
    public FileHandle target(int fd, int index) {
        int left = index;
        for (EpollItem item = buckets[bucketOf(fd)]; item != null; item = item.nextInBucket) {
            if (item.fd() == fd && left-- == 0) {
                return item.file();
            }
        }
        return null;
    }

    /** EPOLL_CTL_MOD. */
    public int modify(FileHandle file, int fd, int events, long data) {
        EpollItem item = find(file, fd);
        if (item == null) {
            return -ENOENT;
        }
        if (((item.events() | events) & EXCLUSIVE) != 0) {
            return -EINVAL;
        }
        item.set(events, data);
        reportIfReady(item);
        return 0;
    }

    /** EPOLL_CTL_DEL. */
    public int remove(FileHandle file, int fd) {
        EpollItem item = find(file, fd);
        if (item == null) {
            return -ENOENT;
        }
        item.detach();
        forget(item);
        return 0;
    }

    /**
     * Reports what is ready, each registration once at most.
     *
     * @return how many were reported; -EFAULT when the first one could not be
     */
    public int collect(EpollEvents target, int max) {
        int reported = 0;
        for (int left = readyCount; left > 0 && reported < max; left--) {
            EpollItem item = firstReady;
            unlist(item);
            int seen = item.seen();
            if (seen == 0) {
                continue;
            }
            int result = target.put(reported, seen, item.data());
            if (result < 0) {
                list(item);
                return reported > 0 ? reported : result;
            }
            reported++;
            if ((item.events() & ONESHOT) != 0) {
                item.disable();
            } else if ((item.events() & EDGE) == 0) {
                // Level-triggered: it is looked at again next time, after the others had their turn.
                list(item);
            }
        }
        return reported;
    }

    /** Readable when a registration really has something to say; those that have not any more leave the list. */
    @Override
    public int readiness() {
        for (int left = readyCount; left > 0; left--) {
            EpollItem item = firstReady;
            if (item.seen() != 0) {
                return Events.IN;
            }
            unlist(item);
        }
        return 0;
    }

    @Override
    public void details(Text out) {
        for (EpollItem bucket : buckets) {
            for (EpollItem item = bucket; item != null; item = item.nextInBucket) {
                Stat stat = files.stat();
                Inode inode = item.file().inode();
                long number = inode == null || inode.stat(stat) < 0 ? 0 : stat.inode;
                out.add("tfd: ").number(item.fd(), 8, ' ').add(" events: ").padHex(item.events() & 0xffffffffL, 8);
                out.add(" data: ").padHex(item.data(), 16).add("  pos:0 ino:").hex(number, 1).add(" sdev:0\n");
            }
        }
    }

    @Override
    protected void released() {
        for (EpollItem bucket : buckets) {
            for (EpollItem item = bucket; item != null; item = item.nextInBucket) {
                item.detach();
                leaveParentList(item);
            }
        }
        buckets = new EpollItem[INITIAL_BUCKETS];
        JavaHeap.give((long) count * ITEM_BYTES);
        count = 0;
        firstReady = null;
        lastReady = null;
        readyCount = 0;
    }

    /** Something happened to the file of a registration. */
    void itemReady(EpollItem item) {
        if (!item.listed) {
            list(item);
        }
        // Woken even if it was listed before: an outer edge-triggered epoll must see each event.
        if (!waiters().isEmpty()) {
            waiters().wakeAll(Events.IN);
        }
    }

    /** A registration is gone; it has left the file's queue already. */
    void forget(EpollItem item) {
        unlist(item);
        leaveParentList(item);
        int bucket = bucketOf(item.fd());
        EpollItem before = null;
        for (EpollItem at = buckets[bucket]; at != item; at = at.nextInBucket) {
            before = at;
        }
        if (before == null) {
            buckets[bucket] = item.nextInBucket;
        } else {
            before.nextInBucket = item.nextInBucket;
        }
        count--;
        JavaHeap.give(ITEM_BYTES);
    }

    private int check(FileHandle file, int events) {
        int refused = refusal(files, file);
        if (refused != 0) {
            return refused;
        }
        if ((events & EXCLUSIVE) != 0 && (file instanceof Epoll || (events & ~EXCLUSIVE_OK) != 0)) {
            return -EINVAL;
        }
        return 0;
    }

    private void reportIfReady(EpollItem item) {
        if (item.seen() != 0) {
            itemReady(item);
        }
    }

    /** How long the chain of instances would be with {@code inner} in this one; beyond the limit for a loop. */
    private int nesting(Epoll inner) {
        return inner == this ? NESTING_MAX + 1 : depthAbove() + inner.depthBelow(this, files.nextSearch());
    }

    /** The ways up are few, {@link #WAYS_MAX}. */
    private int depthAbove() {
        int deepest = 0;
        for (EpollItem item = parents; item != null; item = item.nextParent) {
            deepest = Math.max(deepest, item.owner().depthAbove());
        }
        return deepest + 1;
    }

    /** Each instance is looked at once, however many ways lead there. */
    private int depthBelow(Epoll loop, long search) {
        if (this == loop) {
            return NESTING_MAX + 1;
        }
        if (searched != search) {
            int deepest = 0;
            for (EpollItem bucket : buckets) {
                for (EpollItem item = bucket; item != null; item = item.nextInBucket) {
                    if (item.file() instanceof Epoll inner) {
                        deepest = Math.max(deepest, inner.depthBelow(loop, search));
                    }
                }
            }
            searched = search;
            depthFound = deepest + 1;
        }
        return depthFound;
    }

    /** Whether few ways lead up from this instance, and from all in it. */
    private boolean hasFewWaysFromAll(long search) {
        if (searched == search) {
            return true;
        }
        searched = search;
        boolean few = hasFewWays(new int[WAYS_MAX.length], 0);
        for (int i = 0; few && i < buckets.length; i++) {
            for (EpollItem item = buckets[i]; few && item != null; item = item.nextInBucket) {
                few = !(item.file() instanceof Epoll inner) || inner.hasFewWaysFromAll(search);
            }
        }
        return few;
    }

    private boolean hasFewWays(int[] ways, int depth) {
        if (parents == null) {
            return ++ways[depth] <= WAYS_MAX[depth];
        }
        boolean few = depth + 1 < WAYS_MAX.length;
        for (EpollItem item = parents; few && item != null; item = item.nextParent) {
            few = item.owner().hasFewWays(ways, depth + 1);
        }
        return few;
    }

    private void leaveParentList(EpollItem item) {
        if (!(item.file() instanceof Epoll inner)) {
            return;
        }
        EpollItem before = null;
        for (EpollItem at = inner.parents; at != item; at = at.nextParent) {
            before = at;
        }
        if (before == null) {
            inner.parents = item.nextParent;
        } else {
            before.nextParent = item.nextParent;
        }
    }

    private EpollItem find(FileHandle file, int fd) {
        EpollItem item = buckets[bucketOf(fd)];
        while (item != null && (item.fd() != fd || item.file() != file)) {
            item = item.nextInBucket;
        }
        return item;
    }

    private int bucketOf(int fd) {
        return fd & buckets.length - 1;
    }

    private void insert(EpollItem item) {
        if (count == buckets.length * 2) {
            EpollItem[] old = buckets;
            buckets = new EpollItem[old.length * 4];
            for (EpollItem bucket : old) {
                EpollItem next;
                for (EpollItem at = bucket; at != null; at = next) {
                    next = at.nextInBucket;
                    push(at);
                }
            }
        }
        push(item);
        count++;
        JavaHeap.take(ITEM_BYTES);
    }

    private void push(EpollItem item) {
        int bucket = bucketOf(item.fd());
        item.nextInBucket = buckets[bucket];
        buckets[bucket] = item;
    }

    private void list(EpollItem item) {
        item.listed = true;
        item.previousReady = lastReady;
        item.nextReady = null;
        if (lastReady == null) {
            firstReady = item;
        } else {
            lastReady.nextReady = item;
        }
        lastReady = item;
        readyCount++;
    }

    private void unlist(EpollItem item) {
        if (!item.listed) {
            return;
        }
        item.listed = false;
        if (item.previousReady == null) {
            firstReady = item.nextReady;
        } else {
            item.previousReady.nextReady = item.nextReady;
        }
        if (item.nextReady == null) {
            lastReady = item.previousReady;
        } else {
            item.nextReady.previousReady = item.previousReady;
        }
        item.nextReady = null;
        item.previousReady = null;
        readyCount--;
    }
}

package demitasse.vfs;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Allocator;
import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;

/**
 * The cache of directory entries. A held entry stays; of the others at most {@link #LIMIT} are kept, and a
 * clock hand takes those first that were not used since it last came by (a hit costs one store, where a list
 * in order of use would cost six reference stores with their write barriers).
 */
final class Entries {
    /** Entries kept, unless more than that are held by open files and their directories. */
    static final int LIMIT = 2048;

    private static final int BUCKETS = 2048;
    /** Of the kernel's heap, with the file: what exists beyond {@link #LIMIT} is what programs hold, and counted. */
    private static final int HEAP_BYTES = 384;

    private final Allocator names;
    private final Entry[] buckets = new Entry[BUCKETS];
    private final Ref<Inode> foundInode = new Ref<>();
    private Entry[] clock = new Entry[256];
    private int count;
    /** Those that exist, cached or not. */
    private int alive;
    private int hand;
    private int nextSerial;
    /** Entries with marks, once for each mark. */
    private Entry[] watched = new Entry[16];
    private int watchedCount;
    private int lastCookie;
    private Mark wide;
    private final Path subject = new Path();

    Entries(Allocator names) {
        this.names = names;
    }

    /** The root directory of a file system. */
    Entry root(FileSystem fileSystem) {
        return new Entry(this, null, fileSystem.root(), nextSerial++);
    }

    /** A file without a name, and as such one that is not removed. */
    Entry unnamed(Inode inode) {
        return new Entry(this, null, inode, nextSerial++);
    }

    /** A file that has lost its name, or never had one. */
    Entry detached(Inode inode) {
        Entry entry = unnamed(inode);
        entry.markDeleted();
        return entry;
    }

    /** The entry of a name if it is cached, else null. */
    Entry cached(Entry directory, Name name) {
        int hash = hash(directory, name);
        Entry entry = buckets[hash & BUCKETS - 1];
        while (entry != null && !matches(entry, directory, name, hash)) {
            entry = entry.nextInBucket;
        }
        if (entry != null) {
            entry.recentlyUsed = true;
        }
        return entry;
    }

    /**
     * Finds a name, asking the file system if need be.
     *
     * @param caches whether the file system's names may be remembered
     * @return 0 and the entry, not held; or what {@link Inode#lookup} answers, or -ENOMEM
     */
    int find(Entry directory, Name name, boolean caches, Ref<Entry> out) {
        if (caches || directory.leadsToMounts) {
            Entry entry = cached(directory, name);
            if (entry != null && (caches || entry.isHeld())) {
                out.value = entry;
                return 0;
            }
        }
        int error = directory.inode().lookup(name, foundInode);
        if (error < 0) {
            return error;
        }
        Inode inode = foundInode.value;
        foundInode.value = null;
        return add(directory, name, inode, caches, out);
    }

    /** Makes the entry of a name that was just created or found; 0 or -ENOMEM. */
    int add(Entry directory, Name name, Inode inode, boolean caches, Ref<Entry> out) {
        // A lookup hands out an inode that nobody holds: so it can go, and does not while others are evicted.
        inode.retained();
        long address = hasRoom() ? names.allocate(name.length(), 1) : Allocator.NONE;
        if (address == Allocator.NONE) {
            inode.dropped();
            return -ENOMEM;
        }
        Memory.copy(name.address(), address, name.length());
        Entry entry = new Entry(this, directory, inode, nextSerial++);
        inode.dropped();
        entry.nameAddress = address;
        entry.nameLength = name.length();
        if (caches) {
            insert(entry, hash(directory, name));
        }
        out.value = entry;
        return 0;
    }

    /** Something is mounted there: from now on its name leads to this very entry, also where names are not cached. */
    void pin(Entry point) {
        for (Entry one = point; one.parent != null && !one.isDeleted(); one = one.parent) {
            one.parent.leadsToMounts = true;
            // What is bound may stand above: the place it was bound on, maybe itself, keeps its name then.
            if (one.slot == Entry.UNCACHED && (one == point || !isTaken(one))) {
                insert(one, hash(one.parent, one.nameAddress, one.nameLength));
            }
        }
    }

    private boolean isTaken(Entry entry) {
        Entry named = cached(entry.parent, new Name(entry.nameAddress, entry.nameLength));
        return named != null && named.mountsHere > 0;
    }

    /** The name is gone; the entry lives on while it is held. */
    void delete(Entry entry) {
        entry.markDeleted();
        forget(entry);
    }

    /** Gives an entry another directory and name: 0 or -ENOMEM, then nothing has changed. */
    int move(Entry entry, Entry directory, Name name) {
        long address = names.allocate(name.length(), 1);
        if (address == Allocator.NONE) {
            return -ENOMEM;
        }
        Memory.copy(name.address(), address, name.length());
        names.free(entry.nameAddress, entry.nameLength);
        entry.nameAddress = address;
        entry.nameLength = name.length();
        reparent(entry, directory);
        rehash(entry);
        return 0;
    }

    /** Two entries trade directories and names, for RENAME_EXCHANGE. */
    void exchange(Entry left, Entry right) {
        long address = left.nameAddress;
        int length = left.nameLength;
        left.nameAddress = right.nameAddress;
        left.nameLength = right.nameLength;
        right.nameAddress = address;
        right.nameLength = length;
        Entry parent = left.parent;
        parent.hold();
        reparent(left, right.parent);
        reparent(right, parent);
        parent.release();
        rehash(left);
        rehash(right);
    }

    /** Drops what is not held, before a file system is taken away. */
    void evictAll() {
        // A parent becomes free only after its children: go over the clock until nothing changes.
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = count - 1; i >= 0; i--) {
                if (!clock[i].isHeld()) {
                    forget(clock[i]);
                    changed = true;
                }
            }
        }
    }

    int count() {
        return count;
    }

    /** Whether anybody watches any file. */
    boolean isWatched() {
        return watchedCount > 0 || wide != null;
    }

    void add(Mark mark) {
        mark.next = wide;
        wide = mark;
    }

    void remove(Mark mark) {
        Mark before = null;
        for (Mark one = wide; one != mark; one = one.next) {
            before = one;
        }
        if (before == null) {
            wide = mark.next;
        } else {
            before.next = mark.next;
        }
    }

    /** What marks are being told about, while they are: not set where no mount is known. */
    Path subject() {
        return subject;
    }

    void tellWide(int events) {
        for (Mark mark = wide; mark != null && subject.isSet(); mark = mark.next) {
            if (mark.covers(subject)) {
                mark.happened(events, 0, null, false);
            }
        }
    }

    void add(Entry entry) {
        if (watchedCount == watched.length) {
            Entry[] more = new Entry[watchedCount * 2];
            System.arraycopy(watched, 0, more, 0, watchedCount);
            watched = more;
        }
        watched[watchedCount++] = entry;
    }

    void remove(Entry entry) {
        int index = 0;
        while (watched[index] != entry) {
            index++;
        }
        watched[index] = watched[--watchedCount];
        watched[watchedCount] = null;
    }

    /** Connects the two halves of a renaming, inotify(7). */
    int nextCookie() {
        return ++lastCookie;
    }

    /** A file system goes, and with it what was watched there. */
    void unmounted(Entry root) {
        for (int i = watchedCount - 1; i >= 0; i = Math.min(i, watchedCount) - 1) {
            Entry top = watched[i];
            while (top.parent() != null) {
                top = top.parent();
            }
            if (top == root) {
                boolean isDirectory = watched[i].type(new Stat()) == Stat.S_IFDIR;
                watched[i].firstMark().gone(Notices.UNMOUNT | (isDirectory ? Notices.ISDIR : 0));
            }
        }
    }

    /** One more exists. */
    void made() {
        if (alive++ >= LIMIT) {
            JavaHeap.take(HEAP_BYTES);
        }
    }

    /**
     * Called when nothing holds an uncached entry any more. Without recursion: directories that were removed from the
     * innermost outwards hold each other in a chain that is as long as they stood deep.
     */
    void dispose(Entry last) {
        Entry entry = last;
        while (entry != null) {
            if (entry.nameLength > 0) {
                names.free(entry.nameAddress, entry.nameLength);
                entry.nameLength = 0;
            }
            Entry parent = entry.parent;
            entry.parent = null;
            if (--alive >= LIMIT) {
                JavaHeap.give(HEAP_BYTES);
            }
            entry.inode().dropped();
            entry = parent != null && parent.letGo() ? parent : null;
        }
    }

    /** Whether one more may exist; for it, cached ones that nobody holds may have to go. */
    private boolean hasRoom() {
        return alive < LIMIT || JavaHeap.hasRoom(HEAP_BYTES)
                || evictOne(2 * count) && JavaHeap.hasRoom(HEAP_BYTES);
    }

    private void reparent(Entry entry, Entry directory) {
        Entry old = entry.parent;
        directory.hold();
        entry.parent = directory;
        old.release();
    }

    private void rehash(Entry entry) {
        if (entry.slot == Entry.UNCACHED) {
            return;
        }
        unlink(entry);
        entry.hash = hash(entry.parent, entry.nameAddress, entry.nameLength);
        link(entry);
    }

    private void insert(Entry entry, int hash) {
        entry.hash = hash;
        entry.recentlyUsed = true;
        link(entry);
        // Held ones are passed over, but not all that there are: the next one goes on from there.
        if (count >= LIMIT && evictOne(2 * LIMIT)) {
            assert count < clock.length;
        } else if (count == clock.length) {
            Entry[] more = new Entry[count * 2];
            System.arraycopy(clock, 0, more, 0, count);
            clock = more;
        }
        entry.slot = count;
        clock[count++] = entry;
    }

    /** Evicts one, and as long as there are too many, the directories that only it has held. */
    private boolean evictOne(int stepsMax) {
        for (int steps = stepsMax; steps > 0; steps--) {
            hand = hand + 1 >= count ? 0 : hand + 1;
            Entry entry = clock[hand];
            if (entry.recentlyUsed) {
                entry.recentlyUsed = false;
            } else if (!entry.isHeld()) {
                Entry above = entry.parent;
                forget(entry);
                while (count > LIMIT && above != null && above.slot != Entry.UNCACHED && !above.isHeld()) {
                    Entry next = above.parent;
                    forget(above);
                    above = next;
                }
                return true;
            }
        }
        return false;
    }

    private void forget(Entry entry) {
        if (entry.slot == Entry.UNCACHED) {
            return;
        }
        unlink(entry);
        Entry moved = clock[--count];
        clock[entry.slot] = moved;
        moved.slot = entry.slot;
        clock[count] = null;
        entry.slot = Entry.UNCACHED;
        if (!entry.isHeld()) {
            dispose(entry);
        }
    }

    private void link(Entry entry) {
        int bucket = entry.hash & BUCKETS - 1;
        entry.nextInBucket = buckets[bucket];
        buckets[bucket] = entry;
    }

    private void unlink(Entry entry) {
        int bucket = entry.hash & BUCKETS - 1;
        Entry before = buckets[bucket];
        if (before == entry) {
            buckets[bucket] = entry.nextInBucket;
        } else {
            while (before.nextInBucket != entry) {
                before = before.nextInBucket;
            }
            before.nextInBucket = entry.nextInBucket;
        }
        entry.nextInBucket = null;
    }

    private static boolean matches(Entry entry, Entry directory, Name name, int hash) {
        return entry.hash == hash && entry.parent == directory && entry.nameLength == name.length()
                && Memory.compare(entry.nameAddress, name.address(), name.length()) == 0;
    }

    private static int hash(Entry directory, Name name) {
        return hash(directory, name.address(), name.length());
    }

    private static int hash(Entry directory, long address, int length) {
        int hash = directory.serial * 0x9e3779b1;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + Memory.getByte(address + i);
        }
        return hash ^ hash >>> 15;
    }
}

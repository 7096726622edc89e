package demitasse.vfs;

/**
 * Somebody wants to know what happens to a file, inotify(7). A mark holds its entry: a file with several names is
 * watched under the one that was given.
 */
public abstract class Mark {
    /** The root of the file system for {@link #setWide}; nothing is held then. */
    private Entry entry;
    private Entries owner;
    private Mount mount;
    private boolean wide;
    /** The next mark of the entry; its to keep. */
    Mark next;

    /** Begins to watch; to be ended by {@link #unset}. */
    public final void set(Path place) {
        assert entry == null : "a mark watches one entry";
        entry = place.entry();
        owner = entry.owner();
        entry.add(this);
    }

    /** Begins to watch all files of a mount, or of a whole file system. What is unmounted has no more to tell. */
    public final void setWide(Path place, boolean whole) {
        wide = true;
        mount = whole ? null : place.mount();
        entry = top(place.entry());
        owner = entry.owner();
        owner.add(this);
    }

    private static Entry top(Entry entry) {
        Entry highest = entry;
        while (highest.parent() != null) {
            highest = highest.parent();
        }
        return highest;
    }

    public final void unset() {
        if (entry != null) {
            Entry watched = entry;
            entry = null;
            if (wide) {
                owner.remove(this);
            } else {
                watched.remove(this);
            }
        }
    }

    public final boolean marks(Path place) {
        return entry == place.entry();
    }

    /** The same of {@link #setWide}: whether a place is in its range. */
    public final boolean covers(Path place) {
        return mount != null ? mount == place.mount() : entry == top(place.entry());
    }

    /** What it is being told about; not set where no mount is known. */
    protected final Path subject() {
        return owner.subject();
    }

    /** Whether it watches a file, or the directory that this is in. */
    public final boolean marksAbove(Path place) {
        return entry == place.entry().parent();
    }

    /** What it watches; null when it no longer does. */
    public final Inode watched() {
        return entry == null ? null : entry.inode();
    }

    final Entry entry() {
        return entry;
    }

    /**
     * Something has happened.
     *
     * @param events bits of {@link Notices}
     * @param cookie the same for both halves of a renaming, else 0
     * @param name of the file in the watched directory; null for the watched file itself
     * @param deleted the file has no name any more
     */
    protected abstract void happened(int events, int cookie, Name name, boolean deleted);

    /** The file is gone, or its file system: {@link #unset} is to be called now. */
    protected abstract void gone(int event);
}

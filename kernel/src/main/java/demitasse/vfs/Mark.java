package demitasse.vfs;

/**
 * Somebody wants to know what happens to a file, inotify(7). A mark holds its entry: a file with several names is
 * watched under the one that was given.
 */
public abstract class Mark {
    private Entry entry;
    /** The next mark of the entry; its to keep. */
    Mark next;

    /** Begins to watch; to be ended by {@link #unset}. */
    public final void set(Path place) {
        assert entry == null : "a mark watches one entry";
        entry = place.entry();
        entry.add(this);
    }

    public final void unset() {
        if (entry != null) {
            Entry watched = entry;
            entry = null;
            watched.remove(this);
        }
    }

    public final boolean marks(Path place) {
        return entry == place.entry();
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

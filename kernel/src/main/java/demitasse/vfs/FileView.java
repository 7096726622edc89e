package demitasse.vfs;

/** Who shows the frames of a file to programs: a mapping, mmap(2). It is told before pages leave the file. */
public abstract class FileView {
    /** Links of {@link Inode}; its to keep. */
    FileView next;
    FileView previous;

    /**
     * Pages with these indices are about to go.
     *
     * @param copies whether private copies of them go as well: as with ftruncate(2), and not with
     *        fallocate(2)
     */
    protected abstract void pagesGo(long first, long limit, boolean copies);

    /** Whether the file may be written through this, now or after an mprotect(2). */
    protected abstract boolean mayWrite();
}

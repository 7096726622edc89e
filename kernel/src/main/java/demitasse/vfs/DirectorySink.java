package demitasse.vfs;

/** Takes the entries of a directory, for getdents64(2). */
public interface DirectorySink {
    /**
     * @param nextOffset what a later seek must be given to go on after this entry
     * @param type a DT_* value, readdir(3)
     * @return false when there is no room: the entry was not taken
     */
    boolean entry(Name name, long inode, int type, long nextOffset);

    /** As {@link #entry}, for "." (1 dot) and ".." (2 dots), whose bytes no directory keeps. */
    boolean dots(int count, long inode, long nextOffset);
}

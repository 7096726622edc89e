package demitasse.vfs;

/** What statfs(2) tells. */
public final class Statistics {
    /** f_type, the magic number. */
    public long type;
    public long blockBytes;
    public long blocks;
    public long blocksFree;
    public long files;
    public long filesFree;
    public int nameBytesMax;
}

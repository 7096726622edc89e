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

    /** Of a file system that holds no data of its own, such as proc: nothing to fill, nothing free. */
    public void withoutBlocks(long magic, long unitBytes, int nameMaxBytes) {
        type = magic;
        blockBytes = unitBytes;
        blocks = 0;
        blocksFree = 0;
        files = 0;
        filesFree = 0;
        nameBytesMax = nameMaxBytes;
    }
}

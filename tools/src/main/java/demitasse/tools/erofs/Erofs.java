package demitasse.tools.erofs;

/** Numbers of the format, from erofs_fs.h. */
final class Erofs {
    static final int BLOCK_BITS = 12;
    static final int BLOCK_BYTES = 1 << BLOCK_BITS;
    static final int SLOT_BITS = 5;

    static final int SUPER_OFFSET = 1024;
    static final int SUPER_BYTES = 128;
    static final int SUPER_CHECKSUM_OFFSET = 4;
    static final int SUPER_UUID_OFFSET = 48;
    static final int UUID_BYTES = 16;
    static final int MAGIC = 0xE0F5E1E2;
    static final int FEATURE_COMPAT_SB_CHKSUM = 1;
    static final int FEATURE_COMPAT_MTIME = 2;

    static final int INODE_BYTES = 64;
    static final int LAYOUT_EXTENDED = 1;
    static final int FLAT_PLAIN = 0;
    static final int FLAT_INLINE = 2;
    static final int DATA_LAYOUT_SHIFT = 1;

    static final int DIRENT_BYTES = 12;

    /** enum of file types: generic FT_* values. */
    static final int FT_REGULAR = 1;
    static final int FT_DIRECTORY = 2;
    static final int FT_CHARACTER = 3;
    static final int FT_BLOCK = 4;
    static final int FT_PIPE = 5;
    static final int FT_SOCKET = 6;
    static final int FT_LINK = 7;

    private Erofs() {
    }
}

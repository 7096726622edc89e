package demitasse.fs.erofs;

/** Offsets and values of the on-disk format, Linux fs/erofs/erofs_fs.h. All numbers are little-endian. */
final class ErofsLayout {
    static final int SUPERBLOCK = 1024;
    static final int SUPERBLOCK_BYTES = 128;
    static final int MAGIC = 0xe0f5e1e2;

    static final int SB_MAGIC = 0;
    static final int SB_CHECKSUM = 4;
    static final int SB_COMPATIBLE = 8;
    static final int SB_BLOCK_BITS = 12;
    static final int SB_ROOT_NID = 14;
    static final int SB_INODES = 16;
    static final int SB_BUILD_TIME = 24;
    static final int SB_BUILD_NS = 32;
    static final int SB_BLOCKS = 36;
    static final int SB_META_BLOCK = 40;
    static final int SB_INCOMPATIBLE = 80;
    static final int SB_DIRECTORY_BLOCK_BITS = 90;

    static final int COMPATIBLE_CHECKSUM = 1;
    /**
     * LZ4_0PADDING says something about compressed data only; XATTR_PREFIXES about attributes, which we
     * ignore.
     */
    static final int INCOMPATIBLE_LZ4_ZERO_PADDING = 0x1;
    static final int INCOMPATIBLE_CHUNKED_FILE = 0x4;
    static final int INCOMPATIBLE_XATTR_PREFIXES = 0x40;
    static final int INCOMPATIBLE_KNOWN =
            INCOMPATIBLE_LZ4_ZERO_PADDING | INCOMPATIBLE_CHUNKED_FILE | INCOMPATIBLE_XATTR_PREFIXES;

    static final int BLOCK_BITS = 12;
    static final int BLOCK_BYTES = 1 << BLOCK_BITS;
    static final int SLOT_BITS = 5;

    static final int INODE_FORMAT = 0;
    static final int INODE_XATTR_COUNT = 2;
    static final int INODE_MODE = 4;
    static final int COMPACT_BYTES = 32;
    static final int COMPACT_LINKS = 6;
    static final int COMPACT_SIZE = 8;
    static final int COMPACT_DATA = 16;
    static final int COMPACT_UID = 24;
    static final int COMPACT_GID = 26;
    static final int EXTENDED_BYTES = 64;
    static final int EXTENDED_SIZE = 8;
    static final int EXTENDED_DATA = 16;
    static final int EXTENDED_UID = 24;
    static final int EXTENDED_GID = 28;
    static final int EXTENDED_MODIFY = 32;
    static final int EXTENDED_MODIFY_NS = 40;
    static final int EXTENDED_LINKS = 44;

    static final int FORMAT_EXTENDED = 1;
    static final int FORMAT_LAYOUT_SHIFT = 1;
    static final int FORMAT_LAYOUT_MASK = 7;
    static final int FORMAT_KNOWN = 0xf;
    static final int LAYOUT_PLAIN = 0;
    static final int LAYOUT_INLINE = 2;
    static final int LAYOUT_CHUNKS = 4;

    static final int XATTR_HEADER_BYTES = 12;
    static final int XATTR_ENTRY_BYTES = 4;

    static final int CHUNK_BITS_MASK = 0x1f;
    static final int CHUNK_INDEXES = 0x20;
    static final int CHUNK_INDEX_BYTES = 8;
    static final int CHUNK_INDEX_DEVICE = 2;
    static final int CHUNK_INDEX_BLOCK = 4;
    static final int CHUNK_MAP_BYTES = 4;
    static final long CHUNK_HOLE = 0xffff_ffffL;

    static final int DIRENT_BYTES = 12;
    static final int DIRENT_NID = 0;
    static final int DIRENT_NAME = 8;
    static final int DIRENT_TYPE = 10;

    private ErofsLayout() {
    }
}

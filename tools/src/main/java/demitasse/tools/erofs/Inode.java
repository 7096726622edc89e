package demitasse.tools.erofs;

import demitasse.tools.tree.Directory;
import demitasse.tools.tree.Node;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SpecialFile;
import demitasse.tools.tree.SymbolicLink;

/** A node with its place in the image. */
final class Inode {
    private static final int S_IFREG = 0100000;
    private static final int S_IFDIR = 0040000;
    private static final int S_IFLNK = 0120000;

    final Node node;
    final int number;
    /** The directory's parent (the root's is itself); meaningless for the others. */
    final Inode parent;
    int links;
    long sizeBytes;
    /** Where the inode is, and the first block of what is not inline. */
    long offset;
    long firstBlock;
    int inlineBytes;
    DirectoryBlocks entries;

    Inode(Node node, int number, Inode parent) {
        this.node = node;
        this.number = number;
        this.parent = parent == null ? this : parent;
    }

    long nid() {
        return offset >>> Erofs.SLOT_BITS;
    }

    /** Blocks outside the metadata area. */
    long dataBlocks() {
        return (sizeBytes - inlineBytes + Erofs.BLOCK_BYTES - 1) >>> Erofs.BLOCK_BITS;
    }

    int mode() {
        return node.attributes().permissions() | switch (node) {
            case Directory d -> S_IFDIR;
            case RegularFile f -> S_IFREG;
            case SymbolicLink l -> S_IFLNK;
            case SpecialFile s -> s.kind().modeBits();
        };
    }

    int fileType() {
        return switch (node) {
            case Directory d -> Erofs.FT_DIRECTORY;
            case RegularFile f -> Erofs.FT_REGULAR;
            case SymbolicLink l -> Erofs.FT_LINK;
            case SpecialFile s -> switch (s.kind()) {
                case PIPE -> Erofs.FT_PIPE;
                case CHARACTER -> Erofs.FT_CHARACTER;
                case BLOCK -> Erofs.FT_BLOCK;
                case SOCKET -> Erofs.FT_SOCKET;
            };
        };
    }

    /** The inode's union field: first block, or the device number as new_encode_dev() of Linux's kdev_t.h. */
    int unionField() {
        if (node instanceof SpecialFile s) {
            return (s.minor() & 0xff) | (s.major() & 0xfff) << 8 | (s.minor() & ~0xff) << 12;
        }
        return (int) firstBlock;
    }
}

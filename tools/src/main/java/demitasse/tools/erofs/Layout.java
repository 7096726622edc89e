package demitasse.tools.erofs;

import demitasse.tools.DemiException;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.Node;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SymbolicLink;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides where everything goes, before a byte is written: each node's inode, its inline bytes and its
 * blocks.
 */
final class Layout {
    /**
     * A larger directory tail gets its own block: as inline data it would leave too large a gap before it.
     */
    private static final int DIRECTORY_INLINE_BYTES_MAX = 1024;
    private static final long BLOCKS_MAX = 0xffff_fffeL;

    final List<Inode> inodes = new ArrayList<>();
    final long metadataBytes;
    final long blocks;
    private final Map<Node, Inode> known = new IdentityHashMap<>();

    Layout(Directory root) {
        collect(root, null);
        for (Inode inode : inodes) {
            if (inode.node instanceof Directory directory) {
                inode.entries = entries(directory, inode);
            }
        }
        metadataBytes = placeInodes();
        blocks = placeData(metadataBytes >>> Erofs.BLOCK_BITS);
    }

    private void collect(Directory root, Inode parentOfRoot) {
        // A worklist, not recursion: the depth of the tree is the source's choice, the host's stack is not.
        List<Inode> work = new ArrayList<>(List.of(inode(root, parentOfRoot)));
        inodes.getFirst().links = 2;
        while (!work.isEmpty()) {
            Inode at = work.removeLast();
            List<Inode> below = new ArrayList<>();
            for (Node child : ((Directory) at.node).children().values()) {
                Inode inode = known.get(child);
                if (inode == null) {
                    inode = inode(child, at);
                }
                inode.links++;
                if (child instanceof Directory) {
                    inode.links++;
                    at.links++;
                    below.add(inode);
                }
            }
            work.addAll(below.reversed());
        }
    }

    private Inode inode(Node node, Inode parent) {
        Inode inode = new Inode(node, inodes.size() + 1, parent);
        inodes.add(inode);
        known.put(node, inode);
        return inode;
    }

    private DirectoryBlocks entries(Directory directory, Inode self) {
        TreeMap<String, Inode> sorted = new TreeMap<>();
        sorted.put(".", self);
        sorted.put("..", self.parent);
        directory.children().forEach((name, child) -> sorted.put(name, known.get(child)));
        return new DirectoryBlocks(sorted);
    }

    private long placeInodes() {
        long offset = Erofs.SUPER_OFFSET + Erofs.SUPER_BYTES;
        for (Inode inode : inodes) {
            inode.sizeBytes = sizeBytes(inode);
            inode.inlineBytes = inlineBytes(inode);
            int together = Erofs.INODE_BYTES + inode.inlineBytes;
            int inBlock = (int) (offset & Erofs.BLOCK_BYTES - 1);
            if (inBlock + together > Erofs.BLOCK_BYTES) {
                // Linux refuses inline data that crosses a block (fs/erofs/data.c).
                offset += Erofs.BLOCK_BYTES - inBlock;
            }
            inode.offset = offset;
            offset = roundUp(offset + together, 1 << Erofs.SLOT_BITS);
        }
        return roundUp(offset, Erofs.BLOCK_BYTES);
    }

    private static long sizeBytes(Inode inode) {
        return switch (inode.node) {
            case Directory d -> inode.entries.sizeBytes();
            case RegularFile f -> f.content().sizeBytes();
            case SymbolicLink l -> l.target().length();
            default -> 0;
        };
    }

    private static int inlineBytes(Inode inode) {
        int tail = (int) (inode.sizeBytes & Erofs.BLOCK_BYTES - 1);
        return switch (inode.node) {
            case Directory d -> tail <= DIRECTORY_INLINE_BYTES_MAX ? tail : 0;
            case SymbolicLink l -> Erofs.INODE_BYTES + tail <= Erofs.BLOCK_BYTES ? tail : 0;
            default -> 0;
        };
    }

    private long placeData(long firstBlock) {
        long block = firstBlock;
        for (Inode inode : inodes) {
            if (!(inode.node instanceof RegularFile)) {
                block = place(inode, block);
            }
        }
        for (Inode inode : inodes) {
            if (inode.node instanceof RegularFile) {
                block = place(inode, block);
            }
        }
        return block;
    }

    private static long place(Inode inode, long block) {
        long count = inode.dataBlocks();
        if (count == 0) {
            return block;
        }
        if (count > BLOCKS_MAX - block) {
            throw new DemiException("the root file system is larger than 16 TiB");
        }
        inode.firstBlock = block;
        return block + count;
    }

    private static long roundUp(long value, int unit) {
        return value + unit - 1 & -unit;
    }
}

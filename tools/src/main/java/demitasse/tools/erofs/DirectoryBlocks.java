package demitasse.tools.erofs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The entries of one directory, divided into blocks (erofs.rst, "Directories"): in each block first the fixed
 * part of every entry, then all names. Names are in strict byte order over the whole directory, the two dots
 * among them.
 */
final class DirectoryBlocks {
    private final List<Map.Entry<String, Inode>> entries;
    /** Index of each block's first entry, and one more for the end. */
    private final List<Integer> starts = new ArrayList<>();
    private int lastBlockBytes;

    DirectoryBlocks(TreeMap<String, Inode> sorted) {
        entries = new ArrayList<>(sorted.entrySet());
        int used = Erofs.BLOCK_BYTES;
        for (int i = 0; i < entries.size(); i++) {
            int wanted = Erofs.DIRENT_BYTES + entries.get(i).getKey().length();
            if (used + wanted > Erofs.BLOCK_BYTES) {
                starts.add(i);
                used = 0;
            }
            used += wanted;
        }
        lastBlockBytes = used;
        starts.add(entries.size());
    }

    int blockCount() {
        return starts.size() - 1;
    }

    /** All blocks but the last are whole; the last ends with its last name. */
    long sizeBytes() {
        return (long) (blockCount() - 1) * Erofs.BLOCK_BYTES + lastBlockBytes;
    }

    /** Writes one block's entries; what follows the last name stays zero, which ends that name. */
    void write(int block, ByteBuffer target) {
        int first = starts.get(block);
        int end = starts.get(block + 1);
        int nameOffset = (end - first) * Erofs.DIRENT_BYTES;
        for (int i = first; i < end; i++) {
            Inode inode = entries.get(i).getValue();
            target.putLong(inode.nid());
            target.putShort((short) nameOffset);
            target.put((byte) inode.fileType());
            target.put((byte) 0);
            nameOffset += entries.get(i).getKey().length();
        }
        for (int i = first; i < end; i++) {
            target.put(entries.get(i).getKey().getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}

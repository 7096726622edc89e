package demitasse.fs.erofs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Writes small EROFS images byte by byte, after erofs_fs.h and not after the reader. Inodes from block 1,
 * data from 16.
 */
final class HandmadeImage {
    static final int PLAIN = 0;
    static final int INLINE = 2;
    static final int CHUNKS = 4;
    static final int CHUNK_INDEXES = 5;
    static final int COMPRESSED = 1;

    private static final int BLOCK = 4096;
    private static final int META_BLOCK = 1;
    private static final int DATA_BLOCK = 16;

    private final ByteBuffer image;
    private int nextSlot = 1;
    private int nextBlock = DATA_BLOCK;
    /** A hole in files of layout CHUNKS and CHUNK_INDEXES: this chunk is left out. */
    int holeChunk = -1;

    HandmadeImage(int blocks) {
        image = ByteBuffer.allocate(blocks * BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A compact or extended inode with its data; returns the nid. */
    int inode(int mode, byte[] data, int layout, boolean extended) {
        int headBytes = extended ? 64 : 32;
        boolean chunked = layout == CHUNKS || layout == CHUNK_INDEXES;
        int tail = layout == INLINE ? data.length == 0 ? 0 : (data.length - 1) % BLOCK + 1 : 0;
        int chunks = chunked ? (data.length + BLOCK - 1) / BLOCK : 0;
        int extra = tail + chunks * (layout == CHUNK_INDEXES ? 8 : 4);
        int slots = (headBytes + extra + 31) / 32;
        if (nextSlot * 32 / BLOCK != (nextSlot * 32 + headBytes + extra - 1) / BLOCK) {
            nextSlot = (nextSlot * 32 / BLOCK + 1) * BLOCK / 32;
        }
        int nid = nextSlot;
        nextSlot += slots;
        int at = META_BLOCK * BLOCK + nid * 32;
        int blockAddress = chunked ? layout == CHUNK_INDEXES ? 0x20 : 0 : data.length == tail ? -1
                : nextBlock;
        head(at, mode, data.length, chunked ? 4 : layout, blockAddress, extended);
        int behind = at + headBytes;
        if (chunked) {
            putChunks(behind, data, layout == CHUNK_INDEXES);
        } else {
            put(nextBlock * BLOCK, data, 0, data.length - tail);
            put(behind, data, data.length - tail, tail);
            nextBlock += (data.length - tail + BLOCK - 1) / BLOCK;
        }
        return nid;
    }

    private void head(int at, int mode, int size, int layout, int blockAddress, boolean extended) {
        image.putShort(at, (short) (layout << 1 | (extended ? 1 : 0)));
        image.putShort(at + 4, (short) mode);
        if (extended) {
            image.putLong(at + 8, size).putInt(at + 16, blockAddress);
            image.putInt(at + 24, 100_000).putInt(at + 28, 100_001);
            image.putLong(at + 32, 1_600_000_000L).putInt(at + 40, 5).putInt(at + 44, 1);
        } else {
            image.putShort(at + 6, (short) 1).putInt(at + 8, size).putInt(at + 16, blockAddress);
            image.putShort(at + 24, (short) 10).putShort(at + 26, (short) 11);
        }
    }

    private void putChunks(int table, byte[] data, boolean indexes) {
        for (int chunk = 0; chunk * BLOCK < data.length; chunk++) {
            int entry = table + chunk * (indexes ? 8 : 4) + (indexes ? 4 : 0);
            if (chunk == holeChunk) {
                image.putInt(entry, -1);
                continue;
            }
            put(nextBlock * BLOCK, data, chunk * BLOCK, Math.min(BLOCK, data.length - chunk * BLOCK));
            image.putInt(entry, nextBlock++);
        }
    }

    private void put(int at, byte[] data, int from, int length) {
        image.put(at, data, from, length);
    }

    /** A device node: the number in the place of the block address. */
    int device(int mode, int number) {
        int nid = inode(mode, new byte[0], PLAIN, false);
        image.putInt(META_BLOCK * BLOCK + nid * 32 + 16, number);
        return nid;
    }

    /** The blocks of a directory; nids by name, types as EROFS_FT_* in the top byte of the value. */
    static byte[] directoryData(Map<String, Integer> entries, int type) {
        TreeMap<String, Integer> sorted = new TreeMap<>(entries);
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        int block = 0;
        int end = 0;
        while (!sorted.isEmpty()) {
            int bytes = 0;
            int count = 0;
            for (String name : sorted.keySet()) {
                int more = 12 + name.getBytes(StandardCharsets.UTF_8).length;
                if (bytes + more > BLOCK) {
                    break;
                }
                bytes += more;
                count++;
            }
            int name = count * 12;
            for (int i = 0; i < count; i++) {
                Map.Entry<String, Integer> entry = sorted.pollFirstEntry();
                byte[] text = entry.getKey().getBytes(StandardCharsets.UTF_8);
                int at = block * BLOCK + i * 12;
                out.putLong(at, entry.getValue()).putShort(at + 8, (short) name).put(at + 10, (byte) type);
                out.put(block * BLOCK + name, text);
                name += text.length;
            }
            end = block * BLOCK + name;
            block++;
        }
        byte[] data = new byte[end];
        out.get(0, data);
        return data;
    }

    byte[] finish(int rootNid) {
        int at = 1024;
        image.putInt(at, 0xe0f5e1e2).putInt(at + 8, 1).put(at + 12, (byte) 12).putShort(at + 14,
                (short) rootNid);
        image.putLong(at + 16, nextSlot).putLong(at + 24, 1_500_000_000L).putInt(at + 32, 7);
        image.putInt(at + 36, image.capacity() / BLOCK).putInt(at + 40, META_BLOCK).putInt(at + 80, 4);
        CRC32C crc = new CRC32C();
        crc.update(image.array(), at, BLOCK - at);
        image.putInt(at + 4, ~(int) crc.getValue());
        return image.array();
    }
}

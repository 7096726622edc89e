package demitasse.fs.erofs;

import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.EUCLEAN;

import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** A file of the image: its inode, checked and unpacked, and where its data stands. */
abstract class ErofsInode extends Inode {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int SECTOR_BYTES = 512;

    final ErofsFileSystem fileSystem;
    final long nid;
    private final Image image;
    private int mode;
    private int links;
    private int uid;
    private int gid;
    private long sizeBytes;
    private long modifyNs;
    private int layout;
    /** The first block; for devices their number; for chunks their format. */
    private long data;
    /** Where in the image the inode and its attributes end: the inline tail, or the chunk table. */
    private long inlineOffset;
    private int holders;

    ErofsInode(ErofsFileSystem fileSystem, long nid) {
        this.fileSystem = fileSystem;
        this.nid = nid;
        image = fileSystem.image();
    }

    /** Reads and checks the inode; its compact size is known to be in the image. */
    final int read(long offset) {
        int format = image.shortAt(offset + ErofsLayout.INODE_FORMAT);
        if ((format & ~ErofsLayout.FORMAT_KNOWN) != 0) {
            return -ENOTSUP;
        }
        layout = format >> ErofsLayout.FORMAT_LAYOUT_SHIFT & ErofsLayout.FORMAT_LAYOUT_MASK;
        mode = image.shortAt(offset + ErofsLayout.INODE_MODE);
        int attributes = image.shortAt(offset + ErofsLayout.INODE_XATTR_COUNT);
        long attributeBytes = attributes == 0 ? 0
                : ErofsLayout.XATTR_HEADER_BYTES + (attributes - 1L) * ErofsLayout.XATTR_ENTRY_BYTES;
        boolean extended = (format & ErofsLayout.FORMAT_EXTENDED) != 0;
        int bytes = extended ? ErofsLayout.EXTENDED_BYTES : ErofsLayout.COMPACT_BYTES;
        if (!image.holds(offset, bytes + attributeBytes)) {
            return -EUCLEAN;
        }
        inlineOffset = offset + bytes + attributeBytes;
        if (extended) {
            readExtended(offset);
        } else {
            readCompact(offset);
        }
        return sizeBytes < 0 ? -EUCLEAN : checkData();
    }

    private void readCompact(long offset) {
        links = image.shortAt(offset + ErofsLayout.COMPACT_LINKS);
        sizeBytes = image.unsignedIntAt(offset + ErofsLayout.COMPACT_SIZE);
        data = image.unsignedIntAt(offset + ErofsLayout.COMPACT_DATA);
        uid = image.shortAt(offset + ErofsLayout.COMPACT_UID);
        gid = image.shortAt(offset + ErofsLayout.COMPACT_GID);
        modifyNs = fileSystem.buildNs();
    }

    private void readExtended(long offset) {
        links = image.intAt(offset + ErofsLayout.EXTENDED_LINKS);
        sizeBytes = image.longAt(offset + ErofsLayout.EXTENDED_SIZE);
        data = image.unsignedIntAt(offset + ErofsLayout.EXTENDED_DATA);
        uid = image.intAt(offset + ErofsLayout.EXTENDED_UID);
        gid = image.intAt(offset + ErofsLayout.EXTENDED_GID);
        modifyNs = image.longAt(offset + ErofsLayout.EXTENDED_MODIFY) * NS_PER_S
                + image.unsignedIntAt(offset + ErofsLayout.EXTENDED_MODIFY_NS);
    }

    private int checkData() {
        int type = mode & Stat.S_IFMT;
        if (type != Stat.S_IFREG && type != Stat.S_IFDIR && type != Stat.S_IFLNK) {
            return 0;
        }
        switch (layout) {
            case ErofsLayout.LAYOUT_PLAIN -> {
                return holdsBlocks(sizeBytes) ? 0 : -EUCLEAN;
            }
            case ErofsLayout.LAYOUT_INLINE -> {
                long tail = sizeBytes - tailStart();
                long inBlock = inlineOffset & ErofsLayout.BLOCK_BYTES - 1;
                boolean inOneBlock = inBlock + tail <= ErofsLayout.BLOCK_BYTES;
                boolean held = holdsBlocks(tailStart()) && image.holds(inlineOffset, tail);
                return held && inOneBlock ? 0 : -EUCLEAN;
            }
            case ErofsLayout.LAYOUT_CHUNKS -> {
                return checkChunks();
            }
            default -> {
                return -ENOTSUP;
            }
        }
    }

    /** Without data in blocks the block address means nothing; mkfs.erofs puts -1 there. */
    private boolean holdsBlocks(long bytes) {
        return bytes == 0 || image.holds(blockOffset(), bytes);
    }

    private int checkChunks() {
        boolean indexes = (data & ErofsLayout.CHUNK_INDEXES) != 0;
        if ((data & 0xffff & ~(ErofsLayout.CHUNK_BITS_MASK | ErofsLayout.CHUNK_INDEXES)) != 0) {
            return -ENOTSUP;
        }
        long entryBytes = indexes ? ErofsLayout.CHUNK_INDEX_BYTES : ErofsLayout.CHUNK_MAP_BYTES;
        inlineOffset = inlineOffset + entryBytes - 1 & -entryBytes;
        long chunks = sizeBytes == 0 ? 0 : (sizeBytes - 1 >>> chunkBits()) + 1;
        return chunks <= image.lengthBytes() && image.holds(inlineOffset, chunks * entryBytes) ? 0 : -EUCLEAN;
    }

    /**
     * Finds the data at an offset before the end of the file.
     *
     * @return 0 with the rest of the file, or as much of it as stands in one piece; -EUCLEAN
     */
    final int locate(long offset, Extent out) {
        if (layout == ErofsLayout.LAYOUT_CHUNKS) {
            return locateChunk(offset, out);
        }
        long tailStart = layout == ErofsLayout.LAYOUT_INLINE ? tailStart() : sizeBytes;
        if (offset >= tailStart) {
            out.lengthBytes = sizeBytes - offset;
            out.address = image.address(inlineOffset + offset - tailStart, out.lengthBytes);
        } else {
            out.lengthBytes = tailStart - offset;
            out.address = image.address(blockOffset() + offset, out.lengthBytes);
        }
        return 0;
    }

    private int locateChunk(long offset, Extent out) {
        long chunk = offset >>> chunkBits();
        long inChunk = offset - (chunk << chunkBits());
        out.lengthBytes = Math.min((1L << chunkBits()) - inChunk, sizeBytes - offset);
        out.address = 0;
        long block;
        if ((data & ErofsLayout.CHUNK_INDEXES) != 0) {
            long entry = inlineOffset + chunk * ErofsLayout.CHUNK_INDEX_BYTES;
            block = image.unsignedIntAt(entry + ErofsLayout.CHUNK_INDEX_BLOCK);
            int otherDevice = image.shortAt(entry + ErofsLayout.CHUNK_INDEX_DEVICE);
            if (block != ErofsLayout.CHUNK_HOLE && otherDevice != 0) {
                return -EUCLEAN;
            }
        } else {
            block = image.unsignedIntAt(inlineOffset + chunk * ErofsLayout.CHUNK_MAP_BYTES);
        }
        if (block == ErofsLayout.CHUNK_HOLE) {
            return 0;
        }
        long at = (block << ErofsLayout.BLOCK_BITS) + inChunk;
        if (!image.holds(at, out.lengthBytes)) {
            return -EUCLEAN;
        }
        out.address = image.address(at, out.lengthBytes);
        return 0;
    }

    @Override
    public final int stat(Stat out) {
        int type = mode & Stat.S_IFMT;
        boolean isDevice = type == Stat.S_IFCHR || type == Stat.S_IFBLK;
        out.device = fileSystem.device();
        out.inode = nid;
        out.mode = mode;
        out.links = links;
        out.uid = uid;
        out.gid = gid;
        out.deviceNumber = isDevice ? data : 0;
        out.sizeBytes = sizeBytes;
        out.blockBytes = ErofsLayout.BLOCK_BYTES;
        out.blocks = (sizeBytes + ErofsLayout.BLOCK_BYTES - 1 >>> ErofsLayout.BLOCK_BITS)
                * (ErofsLayout.BLOCK_BYTES / SECTOR_BYTES);
        out.accessNs = modifyNs;
        out.modifyNs = modifyNs;
        out.changeNs = modifyNs;
        out.birthNs = modifyNs;
        return 0;
    }

    @Override
    public final int setMode(int newMode) {
        return -EROFS;
    }

    @Override
    public final int setOwner(int newUid, int newGid) {
        return -EROFS;
    }

    @Override
    public final int setTimes(long accessNs, long newModifyNs) {
        return -EROFS;
    }

    @Override
    public final void retained() {
        if (holders++ == 0) {
            fileSystem.inUse(this);
        }
    }

    @Override
    public final void dropped() {
        assert holders > 0 : "dropped more often than retained";
        if (--holders == 0) {
            fileSystem.noLongerInUse(this);
            forget();
        }
    }

    /** Gives back what was kept for the file while it was in use. */
    void forget() {
    }

    final long sizeBytes() {
        return sizeBytes;
    }

    private long blockOffset() {
        return data << ErofsLayout.BLOCK_BITS;
    }

    /** FLAT_INLINE: the last block, whole or not, stands behind the inode. */
    private long tailStart() {
        return sizeBytes == 0 ? 0 : sizeBytes - 1 & -ErofsLayout.BLOCK_BYTES;
    }

    private int chunkBits() {
        return ErofsLayout.BLOCK_BITS + (int) (data & ErofsLayout.CHUNK_BITS_MASK);
    }
}

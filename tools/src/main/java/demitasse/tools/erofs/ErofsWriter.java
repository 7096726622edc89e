package demitasse.tools.erofs;

import demitasse.tools.DemiException;
import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SymbolicLink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Writes one image. See the package's manual for the format. */
public final class ErofsWriter {
    private static final int COPY_BYTES = 1 << 18;

    private final Layout layout;
    private final FileChannel channel;

    private ErofsWriter(Layout layout, FileChannel channel) {
        this.layout = layout;
        this.channel = channel;
    }

    /** Writes a tree into a new or emptied file; returns the SHA-256 of that file in hexadecimal. */
    public static String write(FileTree tree, Path target) throws IOException {
        Layout layout = new Layout(tree.root());
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            return new ErofsWriter(layout, channel).write();
        }
    }

    /** Whether a file starts with a superblock of ours whose checksum is right; cheap, reads one block. */
    public static boolean startsWithSuperblock(Path image) {
        ByteBuffer block = block();
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
            while (block.hasRemaining()) {
                if (channel.read(block, block.position()) < 0) {
                    return false;
                }
            }
        } catch (IOException e) {
            return false;
        }
        int checksum = block.getInt(Erofs.SUPER_OFFSET + Erofs.SUPER_CHECKSUM_OFFSET);
        block.putInt(Erofs.SUPER_OFFSET + Erofs.SUPER_CHECKSUM_OFFSET, 0);
        return block.getInt(Erofs.SUPER_OFFSET) == Erofs.MAGIC && checksum == checksum(block);
    }

    /** The SHA-256 of a file, in hexadecimal. */
    public static String digest(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return HexFormat.of().formatHex(digest(channel).digest());
        }
    }

    private String write() throws IOException {
        MessageDigest identity = sha256();
        BlockOutput output = new BlockOutput(channel, identity);
        writeSuperblock(output);
        for (Inode inode : layout.inodes) {
            writeInode(output, inode);
        }
        output.padTo(layout.metadataBytes);
        for (Inode inode : layout.inodes) {
            if (!(inode.node instanceof RegularFile)) {
                writeBlocks(output, inode);
            }
        }
        for (Inode inode : layout.inodes) {
            if (inode.node instanceof RegularFile file) {
                writeContent(output, inode, file.content());
            }
        }
        output.flush();
        seal(identity.digest());
        return HexFormat.of().formatHex(digest(channel).digest());
    }

    private void writeSuperblock(BlockOutput output) throws IOException {
        output.padTo(Erofs.SUPER_OFFSET);
        ByteBuffer target = output.room(Erofs.SUPER_BYTES);
        target.putInt(Erofs.MAGIC);
        target.putInt(0);                                       // checksum: seal() knows it
        target.putInt(Erofs.FEATURE_COMPAT_SB_CHKSUM | Erofs.FEATURE_COMPAT_MTIME);
        target.put((byte) Erofs.BLOCK_BITS);
        target.put((byte) 0);                                   // sb_extslots
        target.putShort((short) layout.inodes.getFirst().nid());
        target.putLong(layout.inodes.size());
        target.putLong(0);                                      // build_time, and its nanoseconds
        target.putInt(0);
        target.putInt((int) layout.blocks);
        target.putInt(0);                                       // meta_blkaddr
        target.putInt(0);                                       // xattr_blkaddr: there are none
        output.padTo(Erofs.SUPER_OFFSET + Erofs.SUPER_BYTES);   // UUID: seal(); the rest is optional features
    }

    private static void writeInode(BlockOutput output, Inode inode) throws IOException {
        output.padTo(inode.offset);
        boolean inline = inode.inlineBytes > 0;
        Attributes attributes = inode.node.attributes();
        ByteBuffer target = output.room(Erofs.BLOCK_BYTES);
        int start = target.position();
        int dataLayout = inline ? Erofs.FLAT_INLINE : Erofs.FLAT_PLAIN;
        target.putShort((short) (Erofs.LAYOUT_EXTENDED | dataLayout << Erofs.DATA_LAYOUT_SHIFT));
        target.putShort((short) 0);                             // i_xattr_icount
        target.putShort((short) inode.mode());
        target.putShort((short) 0);
        target.putLong(inode.sizeBytes);
        target.putInt(inode.unionField());
        target.putInt(inode.number);
        target.putInt(attributes.uid());
        target.putInt(attributes.gid());
        target.putLong(attributes.mtimeSeconds());
        target.putInt(attributes.mtimeNs());
        target.putInt(inode.links);
        target.putLong(0).putLong(0);
        assert target.position() - start == Erofs.INODE_BYTES;
        if (inline && inode.node instanceof SymbolicLink link) {
            target.put(bytes(link));
        } else if (inline) {
            inode.entries.write(inode.entries.blockCount() - 1, target);
        }
        assert target.position() - start == Erofs.INODE_BYTES + inode.inlineBytes;
    }

    private static void writeBlocks(BlockOutput output, Inode inode) throws IOException {
        for (int i = 0; i < inode.dataBlocks(); i++) {
            assert output.position() == inode.firstBlock + i << Erofs.BLOCK_BITS;
            ByteBuffer target = output.room(Erofs.BLOCK_BYTES);
            if (inode.node instanceof Directory) {
                inode.entries.write(i, target);
            } else {
                target.put(bytes((SymbolicLink) inode.node));
            }
            output.padTo(inode.firstBlock + i + 1 << Erofs.BLOCK_BITS);
        }
    }

    private static void writeContent(BlockOutput output, Inode inode, Content content) throws IOException {
        long left = inode.sizeBytes;
        try (InputStream source = content.open()) {
            while (left > 0) {
                ByteBuffer free = output.free();
                int count = source.read(free.array(), free.position(), (int) Math.min(left, free.remaining()));
                if (count < 0) {
                    throw new DemiException(content.origin() + " became shorter while it was read");
                }
                output.advance(count);
                left -= count;
            }
        }
        output.padTo(inode.firstBlock + inode.dataBlocks() << Erofs.BLOCK_BITS);
    }

    /** Puts the UUID and then the checksum into the superblock. */
    private void seal(byte[] identity) throws IOException {
        ByteBuffer block = block();
        while (block.hasRemaining() && channel.read(block, block.position()) >= 0) {
            continue;
        }
        // RFC 9562 §5.8: version 8 is for hashes of one's own choice.
        identity[6] = (byte) (identity[6] & 0x0f | 0x80);
        identity[8] = (byte) (identity[8] & 0x3f | 0x80);
        block.put(Erofs.SUPER_OFFSET + Erofs.SUPER_UUID_OFFSET, identity, 0, Erofs.UUID_BYTES);
        block.putInt(Erofs.SUPER_OFFSET + Erofs.SUPER_CHECKSUM_OFFSET, checksum(block));
        block.rewind();
        while (block.hasRemaining()) {
            channel.write(block, block.position());
        }
    }

    /**
     * As Linux's erofs_superblock_csum_verify: from the superblock to the block's end, without the final
     * inversion.
     */
    private static int checksum(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.array(), Erofs.SUPER_OFFSET, Erofs.BLOCK_BYTES - Erofs.SUPER_OFFSET);
        return ~(int) crc.getValue();
    }

    private static MessageDigest digest(FileChannel channel) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer copy = ByteBuffer.allocate(COPY_BYTES);
        long position = 0;
        for (int count = channel.read(copy, 0); count >= 0; count = channel.read(copy, position)) {
            position += count;
            digest.update(copy.flip());
            copy.clear();
        }
        return digest;
    }

    private static byte[] bytes(SymbolicLink link) {
        return link.target().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer block() {
        return ByteBuffer.allocate(Erofs.BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

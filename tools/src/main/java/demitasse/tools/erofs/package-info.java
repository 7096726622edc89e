/**
 * Writes a {@link demitasse.tools.tree.FileTree} as an EROFS image, byte for byte the same for the same tree.
 *
 * <p>The format is Linux's: {@code Documentation/filesystems/erofs.rst} and {@code fs/erofs/erofs_fs.h}
 * (which is also under Apache-2.0). Of it we write the uncompressed core:
 *
 * <ul>
 * <li>4 KiB blocks; block 0 holds the superblock at 1024, and the metadata area starts right behind it
 *     ({@code meta_blkaddr} 0, root at nid 36), since {@code root_nid} has only 16 bits.
 * <li>Every inode is <i>extended</i> (64 bytes): only those keep the time of change, 32-bit owners and 64-bit
 *     sizes. The 32 bytes that a compact inode would save are not worth a second shape.
 * <li>Regular files are FLAT_PLAIN: their data starts on a block, so the kernel maps its pages as they lie.
 *     Symbolic links and small directories are FLAT_INLINE, their bytes right behind the inode, in the same
 *     block.
 * <li>Order: metadata, data of large directories, data of files; within each the order of one walk over the
 *     tree, names in byte order.
 * <li>The UUID is taken from the SHA-256 of the image with a zero UUID, so equal trees give equal images and
 *     different ones different UUIDs. The superblock carries its CRC32C (feature SB_CHKSUM).
 *     {@code build_time} is 0.
 * </ul>
 *
 * <p>Not written: extended attributes (so file capabilities and ACLs of the source are dropped), compression,
 * chunks, holes. File bytes are streamed; the heap holds one small object per inode.
 *
 * <p>The tests compare with {@code fsck.erofs --extract} and, as root, with a mount by the host's kernel.
 */
package demitasse.tools.erofs;

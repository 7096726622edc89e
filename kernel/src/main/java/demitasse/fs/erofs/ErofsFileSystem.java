package demitasse.fs.erofs;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EUCLEAN;

import demitasse.alloc.Pages;
import demitasse.base.collect.LongMap;
import demitasse.base.collect.Ref;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.SpecialFiles;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/** A read-only file system in an image that stands in memory. */
public final class ErofsFileSystem implements FileSystem {
    private static final long NS_PER_S = 1_000_000_000L;

    private final Image image;
    private final Pages pages;
    private final SpecialFiles specialFiles;
    private final long device;
    /** The inode objects in use, by nid + 1. */
    private final LongMap<ErofsInode> live = new LongMap<>();
    private final Ref<Inode> found = new Ref<>();
    private long metaOffset;
    private long blocks;
    private long inodes;
    private long buildNs;
    private Inode root;

    private ErofsFileSystem(Image image, Pages pages, SpecialFiles specialFiles, long device) {
        this.image = image;
        this.pages = pages;
        this.specialFiles = specialFiles;
        this.device = device;
    }

    /**
     * Opens an image.
     *
     * @param address page aligned; the image's pages are mapped into programs as they stand
     * @param pages for the few pages that cannot be
     * @return 0; -EINVAL for what is no EROFS image; -ENOTSUP for one that needs what this reader lacks
     *         (compression, other block sizes, several devices); -EUCLEAN for a damaged one
     */
    public static int open(long address, long lengthBytes, Pages pages, SpecialFiles specialFiles,
            long device, Ref<ErofsFileSystem> out) {
        assert (address & Pages.PAGE_BYTES - 1) == 0 : "the image is page aligned";
        ErofsFileSystem fileSystem =
                new ErofsFileSystem(new Image(address, lengthBytes), pages, specialFiles, device);
        int error = fileSystem.readSuperblock();
        if (error == 0) {
            out.value = fileSystem;
        }
        return error;
    }

    private int readSuperblock() {
        int at = ErofsLayout.SUPERBLOCK;
        if (!image.holds(at, ErofsLayout.SUPERBLOCK_BYTES)
                || image.intAt(at + ErofsLayout.SB_MAGIC) != ErofsLayout.MAGIC) {
            return -EINVAL;
        }
        int features = image.intAt(at + ErofsLayout.SB_INCOMPATIBLE);
        boolean known = (features & ~ErofsLayout.INCOMPATIBLE_KNOWN) == 0;
        if (!known || image.byteAt(at + ErofsLayout.SB_BLOCK_BITS) != ErofsLayout.BLOCK_BITS
                || image.byteAt(at + ErofsLayout.SB_DIRECTORY_BLOCK_BITS) != 0) {
            return -ENOTSUP;
        }
        blocks = image.unsignedIntAt(at + ErofsLayout.SB_BLOCKS);
        if (blocks << ErofsLayout.BLOCK_BITS > image.lengthBytes() || blocks == 0 || !hasGoodChecksum(at)) {
            return -EUCLEAN;
        }
        metaOffset = image.unsignedIntAt(at + ErofsLayout.SB_META_BLOCK) << ErofsLayout.BLOCK_BITS;
        inodes = image.longAt(at + ErofsLayout.SB_INODES);
        buildNs = image.longAt(at + ErofsLayout.SB_BUILD_TIME) * NS_PER_S
                + image.unsignedIntAt(at + ErofsLayout.SB_BUILD_NS);
        int error = inodeAt(image.shortAt(at + ErofsLayout.SB_ROOT_NID), found);
        if (error < 0) {
            return error;
        }
        root = found.value;
        found.value = null;
        if (!(root instanceof ErofsDirectory)) {
            return -EUCLEAN;
        }
        root.retained();
        return 0;
    }

    private boolean hasGoodChecksum(int at) {
        if ((image.intAt(at + ErofsLayout.SB_COMPATIBLE) & ErofsLayout.COMPATIBLE_CHECKSUM) == 0) {
            return true;
        }
        int bytes = ErofsLayout.BLOCK_BYTES - at;
        int checksum = at + ErofsLayout.SB_CHECKSUM;
        return image.crc32c(at, bytes, checksum) == image.intAt(checksum);
    }

    @Override
    public String type() {
        return "erofs";
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public int statistics(Statistics out) {
        out.type = ErofsLayout.MAGIC & 0xffff_ffffL;
        out.blockBytes = ErofsLayout.BLOCK_BYTES;
        out.blocks = blocks;
        out.blocksFree = 0;
        out.files = inodes;
        out.filesFree = 0;
        out.nameBytesMax = ErofsDirectory.NAME_BYTES_MAX;
        return 0;
    }

    Image image() {
        return image;
    }

    Pages pages() {
        return pages;
    }

    SpecialFiles specialFiles() {
        return specialFiles;
    }

    long device() {
        return device;
    }

    long buildNs() {
        return buildNs;
    }

    void inUse(ErofsInode inode) {
        assert live.at(inode.nid + 1) == null : "one object per file";
        live.put(inode.nid + 1, inode);
    }

    void noLongerInUse(ErofsInode inode) {
        live.remove(inode.nid + 1);
    }

    /** The object of a file: the one in use, or a new one. 0, -EUCLEAN, or -ENOTSUP for a compressed file. */
    int inodeAt(long nid, Ref<Inode> out) {
        if (nid < 0 || nid > image.lengthBytes() >>> ErofsLayout.SLOT_BITS) {
            return -EUCLEAN;
        }
        ErofsInode inode = live.at(nid + 1);
        if (inode == null) {
            long offset = metaOffset + (nid << ErofsLayout.SLOT_BITS);
            if (!image.holds(offset, ErofsLayout.COMPACT_BYTES)) {
                return -EUCLEAN;
            }
            inode = newInode(nid, image.shortAt(offset + ErofsLayout.INODE_MODE));
            int error = inode == null ? -EUCLEAN : inode.read(offset);
            if (error < 0) {
                return error;
            }
        }
        out.value = inode;
        return 0;
    }

    private ErofsInode newInode(long nid, int mode) {
        return switch (mode & Stat.S_IFMT) {
            case Stat.S_IFREG -> new ErofsRegular(this, nid);
            case Stat.S_IFDIR -> new ErofsDirectory(this, nid);
            case Stat.S_IFLNK -> new ErofsSymlink(this, nid);
            case Stat.S_IFCHR, Stat.S_IFBLK, Stat.S_IFIFO, Stat.S_IFSOCK -> new ErofsSpecial(this, nid);
            default -> null;
        };
    }
}

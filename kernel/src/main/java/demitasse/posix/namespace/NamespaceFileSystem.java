package demitasse.posix.namespace;

import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/** nsfs of Linux, where the files of namespaces are, and nothing else. */
final class NamespaceFileSystem implements FileSystem {
    /** NSFS_MAGIC of linux/magic.h. */
    private static final long MAGIC = 0x6e73_6673L;
    private static final int BLOCK_BYTES = 4096;
    private static final int NAME_BYTES_MAX = 255;

    private final Inode root;

    NamespaceFileSystem(Files files) {
        root = new AnonymousInode(files, NamespaceInode.DEVICE, Stat.S_IFDIR | 0755, 0, 0);
    }

    @Override
    public String type() {
        return "nsfs";
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public int statistics(Statistics out) {
        out.withoutBlocks(MAGIC, BLOCK_BYTES, NAME_BYTES_MAX);
        return 0;
    }
}

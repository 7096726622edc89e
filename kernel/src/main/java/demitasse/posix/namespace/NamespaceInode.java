package demitasse.posix.namespace;

import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathHandle;
import demitasse.vfs.Stat;

/** The file of a namespace, which keeps it as long as it is open or bound to a place. */
public final class NamespaceInode extends Inode {
    /** The minor number of nsfs' unnamed device; any that no other file system has will do. */
    static final int DEVICE = 4;
    private static final int BLOCK_BYTES = 4096;

    private final Namespace namespace;

    NamespaceInode(Namespace namespace) {
        this.namespace = namespace;
    }

    /** The namespace that an open file stands for; null for any other file. */
    public static Namespace of(FileHandle file) {
        return file.inode() instanceof NamespaceInode inode ? inode.namespace : null;
    }

    @Override
    public int stat(Stat out) {
        out.device = Stat.deviceOf(0, DEVICE);
        out.inode = namespace.number();
        out.mode = Stat.S_IFREG | 0444;
        out.links = 1;
        out.uid = 0;
        out.gid = 0;
        out.deviceNumber = 0;
        out.sizeBytes = 0;
        out.blockBytes = BLOCK_BYTES;
        out.blocks = 0;
        out.accessNs = 0;
        out.modifyNs = 0;
        out.changeNs = 0;
        out.birthNs = 0;
        return 0;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
            return -EPERM;
        }
        out.value = new PathHandle(flags, path);
        return 0;
    }

    @Override
    public boolean describesItself(Text out) {
        out.add(namespace.name()).add(":[").number(namespace.number()).character(']');
        return true;
    }

    @Override
    public void retained() {
        namespace.hold();
    }

    @Override
    public void dropped() {
        namespace.release();
    }
}

package demitasse.fs.pts;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.vfs.DirectoryHandle;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** /dev/pts. Positions: 0 ".", 1 "..", 2 ptmx, then 3 and the number of the terminal. */
final class PtsDirectory extends PtsInode {
    private static final int CHARACTER_DEVICE = 2;
    private static final int MASTER = 2;
    private static final int FIRST = 3;

    PtsDirectory(PtsFileSystem fileSystem) {
        super(fileSystem, PtsNode.ROOT_INODE, Stat.S_IFDIR | 0755, 0, 0, 0);
    }

    @Override
    int links() {
        return 2;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        if (name.is("ptmx")) {
            out.value = fileSystem.master();
            return 0;
        }
        int number = 0;
        for (int i = 0; i < name.length(); i++) {
            int digit = name.at(i) - '0';
            boolean leading = i == 0 && digit == 0 && name.length() > 1;
            if (digit < 0 || digit > 9 || leading || name.length() > 5) {
                return -ENOENT;
            }
            number = 10 * number + digit;
        }
        PtsNode node = name.length() == 0 ? null : fileSystem.node(number);
        if (node == null) {
            return -ENOENT;
        }
        out.value = node;
        return 0;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
            return -EISDIR;
        }
        out.value = new Handle(flags, path);
        return 0;
    }

    /** Only opening ptmx makes a node. */
    @Override
    public int create(Name name, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        return -EACCES;
    }

    @Override
    public int unlink(Name name, boolean directory) {
        return -EPERM;
    }

    private final class Handle extends DirectoryHandle {
        Handle(int flags, Path path) {
            super(flags, path);
        }

        @Override
    @ColdPath("a directory of terminals is listed")
        protected long listFrom(long from, DirectorySink sink) {
            if (from == 0 && !sink.dots(1, number(), 1)) {
                return 0;
            }
            if (from <= 1 && !sink.dots(2, number(), 2)) {
                return 1;
            }
            if (from <= MASTER && !sink.entry(fileSystem.nameOfMaster(), PtsNode.MASTER_INODE, CHARACTER_DEVICE,
                    FIRST)) {
                return MASTER;
            }
            long position = Math.max(from, FIRST);
            int next = fileSystem.numberFrom((int) Math.min(position - FIRST, Integer.MAX_VALUE));
            while (next >= 0 && sink.entry(fileSystem.nameOf(next), PtsNode.FIRST_INODE + next, CHARACTER_DEVICE,
                    FIRST + next + 1)) {
                position = FIRST + next + 1;
                next = fileSystem.numberFrom(next + 1);
            }
            return position;
        }
    }
}

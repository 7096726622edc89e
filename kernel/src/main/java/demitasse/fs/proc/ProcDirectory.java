package demitasse.fs.proc;

import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A directory of procfs. Positions: 0 is ".", 1 is "..", the rest is the directory's own, in rising order. */
abstract class ProcDirectory extends ProcInode {
    static final int DIRECTORY = 4;
    static final int REGULAR = 8;
    static final int LINK = 10;
    static final long FIRST = 2;

    ProcDirectory(ProcFileSystem fileSystem, long number, int mode, int owner) {
        super(fileSystem, number, Stat.S_IFDIR | mode, owner);
    }

    /** Lists entries from a position on; stops when the sink is full. Returns the position to go on from. */
    abstract long list(DirectorySink sink, long from);

    /** False once what it is about is gone: then nothing is listed any more. */
    boolean isThere() {
        return true;
    }

    /** See {@link FileHandle#processId}. */
    int processId() {
        return 0;
    }

    @Override
    public abstract int lookup(Name name, Ref<Inode> out);

    @Override
    int links() {
        return 2;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
            return -EISDIR;
        }
        out.value = new ProcDirectoryHandle(this, flags, path);
        return 0;
    }

    @Override
    public int create(Name name, int newMode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        return -EPERM;
    }

    @Override
    public int unlink(Name name, boolean directory) {
        return -EPERM;
    }

    /** The decimal number that a name is, or -1. */
    static int number(Name name) {
        int value = 0;
        int length = name.length();
        if (length == 0 || length > 9 || length > 1 && name.at(0) == '0') {
            return -1;
        }
        for (int i = 0; i < length; i++) {
            int digit = name.at(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}

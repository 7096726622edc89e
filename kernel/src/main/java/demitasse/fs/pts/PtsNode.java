package demitasse.fs.pts;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** The node of a terminal, or ptmx. */
final class PtsNode extends PtsInode {
    static final long ROOT_INODE = 1;
    static final long MASTER_INODE = 2;
    /** As Linux numbers them: terminal n has inode n + 3. */
    static final long FIRST_INODE = 3;

    PtsNode(PtsFileSystem fileSystem, long number, int mode, int uid, int gid, long deviceNumber) {
        super(fileSystem, number, Stat.S_IFCHR | mode, uid, gid, deviceNumber);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        Stat stat = new Stat();
        stat(stat);
        return fileSystem.devices().open(this, stat, flags, path, out);
    }
}

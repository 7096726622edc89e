package demitasse.fs.erofs;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A device, FIFO or socket: a name here, its substance elsewhere. */
final class ErofsSpecial extends ErofsInode {
    ErofsSpecial(ErofsFileSystem fileSystem, long nid) {
        super(fileSystem, nid);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        Stat stat = new Stat();
        stat(stat);
        return fileSystem.specialFiles().open(this, stat, flags, path, out);
    }
}

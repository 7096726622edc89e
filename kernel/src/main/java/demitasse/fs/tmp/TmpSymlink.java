package demitasse.fs.tmp;

import static demitasse.base.error.Errno.ELOOP;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** A symbolic link, symlink(7). */
final class TmpSymlink extends TmpInode {
    TmpSymlink(TmpFileSystem fileSystem, long node) {
        super(fileSystem, node);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        return -ELOOP;
    }

    @Override
    public int readLink(Name out) {
        accessed();
        out.set(Memory.getLong(node + NodeLayout.ROOT), (int) Memory.getLong(node + NodeLayout.SIZE));
        return 0;
    }
}

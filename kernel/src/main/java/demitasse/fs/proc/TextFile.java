package demitasse.fs.proc;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A file of procfs whose text is made when it is read. */
final class TextFile extends ProcInode {
    private final Content content;

    TextFile(ProcFileSystem fileSystem, long number, int mode, int owner, Content content) {
        super(fileSystem, number, Stat.S_IFREG | mode, owner);
        this.content = content;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        int error = content.admit();
        if (error == 0) {
            out.value = new TextHandle(this, content, flags, path);
        }
        return error;
    }

    /** O_TRUNC means nothing here: writing replaces the value anyway. */
    @Override
    public int truncate(long sizeBytes) {
        return 0;
    }
}

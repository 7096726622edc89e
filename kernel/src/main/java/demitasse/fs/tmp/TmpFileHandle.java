package demitasse.fs.tmp;

import demitasse.vfs.Loan;
import demitasse.vfs.Path;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.Transfer;

/** An open regular file. */
final class TmpFileHandle extends RegularHandle {
    private final TmpRegular file;

    TmpFileHandle(TmpRegular file, int flags, Path path) {
        super(file, flags, path);
        this.file = file;
    }

    @Override
    protected long readAt(Transfer target, long offset) {
        return file.read(target, offset);
    }

    @Override
    protected long writeAt(Transfer source, long offset) {
        return file.write(source, offset);
    }

    @Override
    protected long sizeBytes() {
        return file.size();
    }

    @Override
    public void lend(long offset, long lengthMaxBytes, Loan out) {
        file.lend(offset, lengthMaxBytes, out);
    }

    @Override
    protected long nextData(long offset) {
        return file.nextData(offset);
    }

    @Override
    protected long nextHole(long offset) {
        return file.nextHole(offset);
    }
}

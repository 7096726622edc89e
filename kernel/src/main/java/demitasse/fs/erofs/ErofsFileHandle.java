package demitasse.fs.erofs;

import static demitasse.base.error.Errno.EBADF;

import demitasse.vfs.Loan;
import demitasse.vfs.Path;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.Transfer;

/** An open regular file of the image. */
final class ErofsFileHandle extends RegularHandle {
    private final ErofsRegular file;

    ErofsFileHandle(ErofsRegular file, int flags, Path path) {
        super(file, flags, path);
        this.file = file;
    }

    @Override
    protected long readAt(Transfer target, long offset) {
        return file.read(target, offset);
    }

    /** It cannot have been opened for writing. */
    @Override
    protected long writeAt(Transfer source, long offset) {
        return -EBADF;
    }

    @Override
    protected long sizeBytes() {
        return file.sizeBytes();
    }

    @Override
    public void lend(long offset, long lengthMaxBytes, Loan out) {
        file.lend(offset, lengthMaxBytes, out);
    }
}

package demitasse.fs.erofs;

import static demitasse.base.error.Errno.EUCLEAN;

import demitasse.vfs.DirectoryHandle;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** An open directory; offsets are block number times block size plus the number of the entry. */
final class ErofsDirectoryHandle extends DirectoryHandle {
    private final ErofsDirectory directory;
    private final DirectoryBlock block;
    private final Name name = new Name();

    ErofsDirectoryHandle(ErofsDirectory directory, int flags, Path path) {
        super(flags, path);
        this.directory = directory;
        block = new DirectoryBlock(directory.fileSystem.image());
        directory.retained();
    }

    @Override
    protected long listFrom(long from, DirectorySink sink) {
        long index = from >>> ErofsLayout.BLOCK_BITS;
        int entry = (int) (from & ErofsLayout.BLOCK_BYTES - 1);
        for (; index < directory.blockCount(); index++) {
            if (!directory.load(index, block)) {
                return -EUCLEAN;
            }
            for (; entry < block.count(); entry++) {
                if (!block.name(entry, name)) {
                    return -EUCLEAN;
                }
                long here = offset(index, entry);
                if (!sink.entry(name, block.nid(entry), block.type(entry), here + 1)) {
                    return here;
                }
            }
            entry = 0;
        }
        return Math.max(from, offset(directory.blockCount(), 0));
    }

    @Override
    protected void released() {
        directory.dropped();
    }

    private static long offset(long index, int entry) {
        return index << ErofsLayout.BLOCK_BITS | entry;
    }
}

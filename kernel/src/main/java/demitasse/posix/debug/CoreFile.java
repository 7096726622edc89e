package demitasse.posix.debug;

import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;

/** A core dump in the making: written from front to end, as far as RLIMIT_CORE and the file system let it. */
final class CoreFile {
    private final KernelTransfer transfer = new KernelTransfer();
    private final long zeros;
    private FileHandle file;
    private long limitBytes;
    private long position;
    private boolean cut;

    /** Only counts, until {@link #open}. @param zeros memory that holds noughts, eight of them */
    CoreFile(long zeros) {
        this.zeros = zeros;
        Memory.putLong(zeros, 0);
    }

    /** Starts at the front, in a file. @param limitBytes as an unsigned number */
    void open(FileHandle newFile, long newLimitBytes) {
        file = newFile;
        limitBytes = newLimitBytes;
        position = 0;
    }

    long position() {
        return position;
    }

    void seek(long newPosition) {
        position = newPosition;
    }

    /** Something did not fit. */
    boolean isCut() {
        return cut;
    }

    void put(long address, long lengthBytes) {
        if (file != null && !cut) {
            write(address, lengthBytes);
        }
        position += lengthBytes;
    }

    private void write(long address, long lengthBytes) {
        long room = Long.compareUnsigned(position, limitBytes) >= 0 ? 0 : limitBytes - position;
        long bytes = Long.compareUnsigned(lengthBytes, room) > 0 ? room : lengthBytes;
        long written = bytes == 0 ? 0 : file.write(transfer.set(address, bytes), position);
        cut = written != lengthBytes;
    }

    /** Noughts up to a multiple of 4, as ELF notes have them. */
    void pad() {
        put(zeros, -position & 3);
    }

    /** Leaves a hole. */
    void skip(long lengthBytes) {
        position += lengthBytes;
    }
}

package demitasse.posix.ring;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENFILE;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EOVERFLOW;

import demitasse.base.memory.JavaHeap;
import demitasse.vfs.FileHandle;

/** The files that a ring holds under numbers of its own, io_uring_register(2) IORING_REGISTER_FILES. */
public final class RegisteredFiles {
    /** IORING_MAX_FIXED_FILES. */
    public static final int COUNT_MAX = 1 << 20;
    /** IORING_FILE_INDEX_ALLOC: any free place. */
    public static final int ANY_SLOT = -1;
    /** Of the kernel's heap, for one place. */
    public static final int PLACE_BYTES = 8;
    private static final long MAX_UNSIGNED = 0xffff_ffffL;

    private FileHandle[] files;
    private int firstFree;
    private int limitFree;

    public boolean isEmpty() {
        return files == null;
    }

    public int count() {
        return files == null ? 0 : files.length;
    }

    /** Makes room for a number of files, all absent. */
    public void create(int count) {
        files = new FileHandle[count];
        JavaHeap.take((long) count * PLACE_BYTES);
        firstFree = 0;
        limitFree = count;
    }

    /** Which places {@link #ANY_SLOT} means, IORING_REGISTER_FILE_ALLOC_RANGE. */
    public int setRange(int first, int count) {
        long limit = Integer.toUnsignedLong(first) + Integer.toUnsignedLong(count);
        if (limit > MAX_UNSIGNED || limit > count()) {
            return limit > MAX_UNSIGNED ? -EOVERFLOW : -EINVAL;
        }
        firstFree = first;
        limitFree = first + count;
        return 0;
    }

    /** The file at a place, borrowed; null for none. */
    public FileHandle at(int index) {
        return files != null && index >= 0 && index < files.length ? files[index] : null;
    }

    /** Puts a file, whose reference is taken over, or null in a place that exists. */
    public void put(int index, FileHandle file) {
        FileHandle old = files[index];
        files[index] = file;
        if (old != null) {
            old.release();
        }
    }

    /**
     * Takes a file over that was just opened.
     *
     * @param slot its index plus 1, or {@link #ANY_SLOT}
     * @return 0, or the index for ANY_SLOT; -ENXIO without registered files, -EINVAL, -ENFILE: the file is released
     */
    public int adopt(FileHandle file, int slot) {
        int index = slot == ANY_SLOT ? free() : slot - 1;
        int error = files == null ? -ENXIO : index < 0 ? -ENFILE : index >= files.length ? -EINVAL : 0;
        if (error < 0) {
            file.release();
            return error;
        }
        put(index, file);
        return slot == ANY_SLOT ? index : 0;
    }

    /** Lets a file go, IORING_OP_CLOSE: 0, -ENXIO, -EINVAL, -EBADF. */
    public int close(int index) {
        if (files == null) {
            return -ENXIO;
        }
        if (index < 0 || index >= files.length) {
            return -EINVAL;
        }
        if (files[index] == null) {
            return -EBADF;
        }
        put(index, null);
        return 0;
    }

    /** Lets all go. */
    public void clear() {
        for (int i = 0; i < count(); i++) {
            put(i, null);
        }
        JavaHeap.give((long) count() * PLACE_BYTES);
        files = null;
    }

    private int free() {
        for (int i = firstFree; files != null && i < limitFree; i++) {
            if (files[i] == null) {
                return i;
            }
        }
        return -1;
    }
}

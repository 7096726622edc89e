package demitasse.fs.erofs;

import demitasse.vfs.Name;

/**
 * One block of a directory: entries of fixed size, then their names in the same order, erofs_fs.h
 * "erofs_dirent".
 */
final class DirectoryBlock {
    /** DT_* of readdir(3) for EROFS_FT_*. */
    private static final int[] TYPES = {0, 8, 4, 2, 6, 1, 12, 10};

    private final Image image;
    private long start;
    private int bytes;
    private int count;

    DirectoryBlock(Image image) {
        this.image = image;
    }

    /** Looks at a block that the image holds; false when its header cannot be true. */
    boolean set(long newStart, int newBytes) {
        start = newStart;
        bytes = newBytes;
        count = 0;
        if (bytes < ErofsLayout.DIRENT_BYTES) {
            return false;
        }
        int names = nameOffset(0);
        if (names < ErofsLayout.DIRENT_BYTES || names >= bytes || names % ErofsLayout.DIRENT_BYTES != 0) {
            return false;
        }
        count = names / ErofsLayout.DIRENT_BYTES;
        return true;
    }

    int count() {
        return count;
    }

    long nid(int index) {
        return image.longAt(entry(index) + ErofsLayout.DIRENT_NID);
    }

    int type(int index) {
        int type = image.byteAt(entry(index) + ErofsLayout.DIRENT_TYPE);
        return type < TYPES.length ? TYPES[type] : 0;
    }

    /** The name of an entry; false when it would lie outside the block or is longer than a name may be. */
    boolean name(int index, Name out) {
        int from = nameOffset(index);
        int limit = index + 1 < count ? nameOffset(index + 1) : bytes;
        if (from < count * ErofsLayout.DIRENT_BYTES || from >= limit || limit > bytes) {
            return false;
        }
        int length = limit - from;
        if (index + 1 == count) {
            // The last name ends at the block's end or at a NUL.
            length = 0;
            while (length < limit - from && image.byteAt(start + from + length) != 0) {
                length++;
            }
        }
        if (length == 0 || length > ErofsDirectory.NAME_BYTES_MAX) {
            return false;
        }
        out.set(image.address(start + from, length), length);
        return true;
    }

    private int nameOffset(int index) {
        return image.shortAt(entry(index) + ErofsLayout.DIRENT_NAME);
    }

    private long entry(int index) {
        return start + (long) index * ErofsLayout.DIRENT_BYTES;
    }
}

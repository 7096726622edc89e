package demitasse.boot;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.vfs.Name;

/** The mount options of tmpfs(5) that are understood: size=, nr_blocks=, nr_inodes=, mode=, uid= and gid=. */
final class TmpfsOptions {
    private static final int MODE_MASK = 07777;
    private static final int PERCENT = 100;
    private static final int PAGE_BYTES = 4096;
    private static final long ID_LIMIT = 0xffff_ffffL;

    private final long memoryBytes;
    private final Name key = new Name();
    private final Name value = new Name();
    long sizeBytes;
    /** How many there may be; 0 for as many as suit the size. */
    long files;
    int mode = 01777;
    int uid;
    int gid;
    /** A ramfs is wanted, which has no limit but memory, and passes over all options but mode=. */
    boolean isRam;

    /** @param memoryBytes what a size in percent is of */
    TmpfsOptions(long memoryBytes, long defaultBytes) {
        this.memoryBytes = memoryBytes;
        sizeBytes = defaultBytes;
    }

    /** 0 or -EINVAL. */
    int parse(Name options) {
        int start = 0;
        while (start < options.length()) {
            int end = start;
            int equals = -1;
            while (end < options.length() && options.at(end) != ',') {
                equals = equals < 0 && options.at(end) == '=' ? end : equals;
                end++;
            }
            if (end > start) {
                key.set(options.address() + start, (equals < 0 ? end : equals) - start);
                value.set(options.address() + equals + 1, end - equals - 1);
                if (equals < 0 ? !isKnownWord() : !take()) {
                    return -EINVAL;
                }
            }
            start = end + 1;
        }
        return 0;
    }

    /** Numbers of inodes are of 64 bits, tmpfs(5), and nothing is ever swapped. */
    private boolean isKnownWord() {
        return isRam || key.is("inode64") || key.is("noswap");
    }

    private boolean take() {
        if (key.is("mode")) {
            long bits = number(8, value.length());
            mode = (int) bits & MODE_MASK;
            return bits >= 0;
        }
        if (isRam) {
            return true;
        }
        if (key.is("size") || key.is("nr_blocks")) {
            long wanted = bytes();
            long unit = key.is("size") ? 1 : PAGE_BYTES;
            // Nought is no limit.
            sizeBytes = wanted == 0 ? memoryBytes : wanted * unit;
            return wanted >= 0 && wanted <= Long.MAX_VALUE / unit;
        }
        if (key.is("nr_inodes")) {
            files = bytes();
            return files >= 0;
        }
        long id = number(10, value.length());
        if (key.is("uid")) {
            uid = (int) id;
        } else if (key.is("gid")) {
            gid = (int) id;
        } else {
            return false;
        }
        return id >= 0 && id < ID_LIMIT;
    }

    /** A number with k, m, g or %, tmpfs(5); negative when it is none. */
    private long bytes() {
        int digits = value.length() - 1;
        if (digits < 0) {
            return -1;
        }
        int unit = value.at(digits) | 0x20;
        if (value.at(digits) == '%') {
            long percent = number(10, digits);
            return percent < 0 || percent > PERCENT ? -1 : memoryBytes / PERCENT * percent;
        }
        int shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
        long number = number(10, shift == 0 ? value.length() : digits);
        return number > Long.MAX_VALUE >> shift ? -1 : number << shift;
    }

    /** The first digits of the value as a number; negative when they are none. */
    private long number(int radix, int digits) {
        long number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = value.at(i) - '0';
            if (digit < 0 || digit >= radix || number > (Long.MAX_VALUE - digit) / radix) {
                return -1;
            }
            number = number * radix + digit;
        }
        return digits == 0 ? -1 : number;
    }
}

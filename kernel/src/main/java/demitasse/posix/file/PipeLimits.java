package demitasse.posix.file;

import java.util.Arrays;

/** How large pipes may be, pipe(7): the settings in /proc/sys/fs, and what each user's pipes have room for together. */
public final class PipeLimits {
    /** What one without CAP_SYS_RESOURCE gets at most, and where pages get scarce. */
    public static final int MAX_SIZE = 0;
    public static final int USER_PAGES_SOFT = 1;
    private static final int PAGE_SHIFT = 12;
    private static final int SIZE_MAX_BYTES = 1 << 30;
    /** A pipe of somebody who has enough of them, PIPE_MIN_DEF_BUFFERS of Linux. */
    private static final int SCARCE_BYTES = 2 << PAGE_SHIFT;

    private int maxSizeBytes = 1 << 20;
    private long userPagesSoft = 16_384;
    private int[] users = new int[8];
    private long[] pages = new long[8];
    private int count;

    public long of(int setting) {
        return setting == MAX_SIZE ? maxSizeBytes : userPagesSoft;
    }

    /** False when it is out of range. */
    public boolean set(int setting, long value) {
        if (value < 0 || setting == MAX_SIZE && value > SIZE_MAX_BYTES) {
            return false;
        }
        if (setting == MAX_SIZE) {
            maxSizeBytes = roundUp((int) value);
        } else {
            userPagesSoft = value;
        }
        return true;
    }

    /** A power of two, a page at least. */
    public static int roundUp(int bytes) {
        return bytes <= 1 << PAGE_SHIFT ? 1 << PAGE_SHIFT : Integer.highestOneBit(bytes - 1) << 1;
    }

    /** How much a new pipe of a user has room for. */
    public int newPipeBytes(int uid, boolean privileged) {
        if (privileged) {
            return Pipe.CAPACITY_DEFAULT_BYTES;
        }
        int bytes = exceeds(uid, Pipe.CAPACITY_DEFAULT_BYTES) ? SCARCE_BYTES : Pipe.CAPACITY_DEFAULT_BYTES;
        return Math.min(bytes, maxSizeBytes);
    }

    /** Whether a user may have a pipe grow to a size, F_SETPIPE_SZ of fcntl(2). */
    public boolean mayGrow(int uid, int fromBytes, int toBytes) {
        return toBytes <= maxSizeBytes && !exceeds(uid, toBytes - fromBytes);
    }

    private boolean exceeds(int uid, int moreBytes) {
        int index = find(uid);
        long held = index < count ? pages[index] : 0;
        return userPagesSoft != 0 && held + (moreBytes >> PAGE_SHIFT) > userPagesSoft;
    }

    /** A user's pipes have room for more, or less. */
    void charge(int uid, int bytes) {
        int index = find(uid);
        if (index == count) {
            if (count == users.length) {
                users = Arrays.copyOf(users, 2 * count);
                pages = Arrays.copyOf(pages, 2 * count);
            }
            users[index] = uid;
            pages[index] = 0;
            count++;
        }
        pages[index] += bytes >> PAGE_SHIFT;
        if (pages[index] == 0) {
            count--;
            users[index] = users[count];
            pages[index] = pages[count];
        }
    }

    private int find(int uid) {
        int index = 0;
        while (index < count && users[index] != uid) {
            index++;
        }
        return index;
    }
}

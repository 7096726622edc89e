package demitasse.posix.ipc;

import demitasse.posix.task.Process;
import demitasse.vfs.Name;

/** The POSIX message queues by name, mq_overview(7). */
public final class PosixQueues {
    /** What /proc/sys/fs/mqueue can say, mq_overview(7). */
    public static final int QUEUES_MAX = 0;
    public static final int MSG_MAX = 1;
    public static final int MSGSIZE_MAX = 2;
    public static final int MSG_DEFAULT = 3;
    public static final int MSGSIZE_DEFAULT = 4;
    /** HARD_MSGMAX and HARD_MSGSIZEMAX of Linux, for who has CAP_SYS_RESOURCE. */
    public static final int MSG_HARD_MAX = 65_536;
    public static final int MSGSIZE_HARD_MAX = 16 << 20;
    private static final int MSGSIZE_MIN = 128;

    private final int[] settings = {256, 10, 8192, 10, 8192};
    private PosixQueue first;
    private int count;

    public int count() {
        return count;
    }

    public int setting(int which) {
        return settings[which];
    }

    /** How many messages a queue takes whose maker does not say, mq_open(3). */
    public int defaultCount() {
        return Math.min(settings[MSG_DEFAULT], settings[MSG_MAX]);
    }

    public int defaultSizeBytes() {
        return Math.min(settings[MSGSIZE_DEFAULT], settings[MSGSIZE_MAX]);
    }

    /** False when it is out of range. */
    public boolean set(int which, long value) {
        boolean ofSize = which == MSGSIZE_MAX || which == MSGSIZE_DEFAULT;
        long max = which == QUEUES_MAX ? Integer.MAX_VALUE : ofSize ? MSGSIZE_HARD_MAX : MSG_HARD_MAX;
        if (value < (ofSize ? MSGSIZE_MIN : which == QUEUES_MAX ? 0 : 1) || value > max) {
            return false;
        }
        settings[which] = (int) value;
        return true;
    }

    /** Null when no queue has that name. */
    public PosixQueue find(Name name) {
        PosixQueue queue = first;
        while (queue != null && !isCalled(queue, name)) {
            queue = queue.nextQueue;
        }
        return queue;
    }

    private static boolean isCalled(PosixQueue queue, Name name) {
        boolean same = queue.name.length == name.length();
        for (int i = 0; same && i < name.length(); i++) {
            same = (queue.name[i] & 0xff) == name.at(i);
        }
        return same;
    }

    /** The queue at a place in the list of all; null behind the last. */
    PosixQueue at(long index) {
        PosixQueue queue = first;
        for (long i = 0; queue != null && i < index; i++) {
            queue = queue.nextQueue;
        }
        return queue;
    }

    /** The name holds the queue. */
    public void add(PosixQueue queue) {
        queue.retained();
        queue.nextQueue = first;
        first = queue;
        count++;
    }

    /** mq_unlink(3): who has it open goes on using it. */
    public void remove(PosixQueue queue) {
        PosixQueue before = null;
        for (PosixQueue one = first; one != queue; one = one.nextQueue) {
            before = one;
        }
        if (before == null) {
            first = queue.nextQueue;
        } else {
            before.nextQueue = queue.nextQueue;
        }
        count--;
        queue.dropped();
    }

    void removeAll() {
        while (first != null) {
            remove(first);
        }
    }

    /** What the queues of a user may hold together, RLIMIT_MSGQUEUE of getrlimit(2). */
    public long bytesOf(int uid) {
        long bytes = 0;
        for (PosixQueue one = first; one != null; one = one.nextQueue) {
            bytes += one.ownerUid == uid ? limitBytes(one.countMax, one.sizeMaxBytes) : 0;
        }
        return bytes;
    }

    /** As getrlimit(2) counts a queue: the messages, and what the kernel needs to keep each. */
    public static long limitBytes(long countMax, long sizeMaxBytes) {
        return countMax * 48 + Math.min(countMax, 32_768) * 48 + countMax * sizeMaxBytes;
    }

    void ended(Process process) {
        for (PosixQueue one = first; one != null; one = one.nextQueue) {
            one.forgetNotify(process);
        }
    }
}

package demitasse.syscall.abi;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.posix.memory.MemoryPolicy;
import demitasse.posix.task.Call;

/** Sets of nodes as programs pass them: as many bits as they say, less one; get_nodes() in mm/mempolicy.c of Linux. */
public final class NodeMask {
    private static final int BYTES_MAX = 4096;
    private static final int WORD_BYTES = 8;

    private NodeMask() {
    }

    /**
     * Takes a set in.
     *
     * @return a bit for each node; -EINVAL for more bits than a page has, or for nodes above those that can exist;
     *         -EFAULT
     */
    public static long load(Call call, long userAddress, long maxNode) {
        long bits = maxNode - 1;
        if (bits == 0 || userAddress == 0) {
            return 0;
        }
        if (Long.compareUnsigned(bits, BYTES_MAX * Byte.SIZE) > 0) {
            return -EINVAL;
        }
        int words = ((int) bits + Long.SIZE - 1) / Long.SIZE;
        long copy = UserWord.load(call, userAddress, words * WORD_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        if (bits % Long.SIZE != 0) {
            long last = copy + (words - 1) * WORD_BYTES;
            Memory.putLong(last, Memory.getLong(last) & (1L << bits) - 1);
        }
        for (int i = 1; i < words; i++) {
            if (Memory.getLong(copy + i * WORD_BYTES) != 0) {
                return -EINVAL;
            }
        }
        long nodes = Memory.getLong(copy);
        return nodes >>> MemoryPolicy.NODES_MAX != 0 ? -EINVAL : nodes;
    }

    /** Gives a set out, with zeros behind it; 0, -EINVAL for more bits than a page has, or -EFAULT. */
    public static long store(Call call, long userAddress, long maxNode, long nodes) {
        long bytes = (maxNode - 1 + Long.SIZE - 1 & -Long.SIZE) / Byte.SIZE;
        if (Long.compareUnsigned(bytes, BYTES_MAX) > 0) {
            return -EINVAL;
        }
        long copy = call.scratch(BYTES_MAX);
        Memory.fill(copy, BYTES_MAX, (byte) 0);
        Memory.putLong(copy, nodes);
        return call.process().memory().copyOut(copy, userAddress, (int) bytes) < 0 ? -EFAULT : 0;
    }
}

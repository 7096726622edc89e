package demitasse.posix.task;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.posix.memory.UserTransfer;

/**
 * What a detached call points at, copied when it was submitted, so that the program may use that memory again at once:
 * IORING_FEAT_SUBMIT_STABLE, io_uring_setup(2). Buffers are not among it.
 */
public final class KeptArguments {
    private static final int PARTS_MAX = 4;
    private static final int PAGE_BYTES = 4096;
    /** A full vector, a message, its control messages and an address. */
    private static final int ROOM_MAX = 32 << 10;
    private static final int MESSAGE_BYTES = 56;

    private final Pages pages;
    private final long[] addresses = new long[PARTS_MAX];
    private final int[] bytes = new int[PARTS_MAX];
    private final long[] places = new long[PARTS_MAX];
    private int count;
    private long block = Pages.NONE;
    private int order;
    private int used;
    private long limitBytes;

    private KeptArguments(Pages pages) {
        this.pages = pages;
    }

    /** So many bytes, an address of socket(2); null when they cannot be kept: the call will find out why. */
    public static KeptArguments ofBytes(Call call, long address, long lengthBytes) {
        KeptArguments kept = of(call, lengthBytes);
        if (kept != null) {
            kept.keep(call.process(), address, lengthBytes);
        }
        return kept;
    }

    /** An array of struct iovec; null as in {@link #ofBytes}. */
    public static KeptArguments ofVector(Call call, long address, long entries) {
        return entries < 0 || entries > UserTransfer.VECTOR_MAX ? null
                : ofBytes(call, address, entries * UserTransfer.ENTRY_BYTES);
    }

    /**
     * A struct msghdr with its vector, and what it sends beside the bytes; null as in {@link #ofBytes}.
     *
     * <pre>
     *   0 name   8 its length (32)   16 vector   24 its length   32 control   40 its length   48 flags (32)
     * </pre>
     */
    public static KeptArguments ofMessage(Call call, long address, boolean sends) {
        long head = call.scratch(MESSAGE_BYTES);
        if (call.process().memory().copyIn(address, head, MESSAGE_BYTES) < 0) {
            return null;
        }
        long entries = Memory.getLong(head + 24);
        long nameBytes = sends ? Math.max(0, Memory.getInt(head + 8)) : 0;
        long controlBytes = sends ? Memory.getLong(head + 40) : 0;
        if (entries < 0 || entries > UserTransfer.VECTOR_MAX || controlBytes < 0 || controlBytes > ROOM_MAX) {
            return null;
        }
        KeptArguments kept = of(call,
                MESSAGE_BYTES + entries * UserTransfer.ENTRY_BYTES + nameBytes + controlBytes + 2 * Long.BYTES);
        if (kept != null) {
            kept.keep(call.process(), address, MESSAGE_BYTES);
            kept.keep(call.process(), Memory.getLong(head + 16), entries * UserTransfer.ENTRY_BYTES);
            kept.keep(call.process(), Memory.getLong(head), nameBytes);
            kept.keep(call.process(), Memory.getLong(head + 32), controlBytes);
        }
        return kept;
    }

    /**
     * A struct msghdr that receives into one buffer, which {@link #choose} tells when there is something for it,
     * IOSQE_BUFFER_SELECT; null as in {@link #ofBytes}. Its vector has at most one entry, of which the length counts.
     */
    public static KeptArguments ofChosenBuffer(Call call, long address) {
        KeptArguments kept = of(call, MESSAGE_BYTES + UserTransfer.ENTRY_BYTES);
        if (kept == null) {
            return null;
        }
        kept.keep(call.process(), address, MESSAGE_BYTES);
        long head = kept.places[0];
        long entries = kept.count == 0 ? -1 : Memory.getLong(head + 24);
        boolean good = entries == 0;
        if (entries == 1) {
            kept.keep(call.process(), Memory.getLong(head + 16), UserTransfer.ENTRY_BYTES);
            good = kept.count == 2;
            kept.limitBytes = good ? Memory.getLong(kept.places[1] + 8) : 0;
        }
        if (!good) {
            kept.free();
            return null;
        }
        kept.count = 2;
        kept.places[1] = head + MESSAGE_BYTES;
        kept.bytes[1] = UserTransfer.ENTRY_BYTES;
        // Found by an address at which no other part begins.
        kept.addresses[1] = address + 1;
        Memory.putLong(head + 16, address + 1);
        Memory.putLong(head + 24, 1);
        return kept;
    }

    /** How much the program wants at most; 0 for a whole buffer. */
    public long limitBytes() {
        return limitBytes;
    }

    /** The buffer of {@link #ofChosenBuffer}. */
    public void choose(long address, long lengthBytes) {
        Memory.putLong(places[1], address);
        Memory.putLong(places[1] + 8, lengthBytes);
    }

    private static KeptArguments of(Call call, long capacityBytes) {
        if (capacityBytes <= 0 || capacityBytes > ROOM_MAX) {
            return null;
        }
        KeptArguments kept = new KeptArguments(call.instance().pages());
        while ((long) PAGE_BYTES << kept.order < capacityBytes) {
            kept.order++;
        }
        kept.block = kept.pages.allocate(kept.order);
        return kept.block == Pages.NONE ? null : kept;
    }

    private void keep(Process process, long address, long lengthBytes) {
        long place = block + used;
        boolean fits = lengthBytes > 0 && used + lengthBytes <= PAGE_BYTES << order;
        if (!fits || process.memory().copyIn(address, place, (int) lengthBytes) < 0) {
            return;
        }
        addresses[count] = address;
        bytes[count] = (int) lengthBytes;
        places[count++] = place;
        used += (int) lengthBytes + 7 & -8;
    }

    /** Where the copy of what stood at a user address is; 0 for none that is long enough. */
    long find(long address, long lengthBytes) {
        for (int i = 0; i < count; i++) {
            if (addresses[i] == address && lengthBytes <= bytes[i]) {
                return places[i];
            }
        }
        return 0;
    }

    void free() {
        pages.releaseRun(block, 1L << order);
    }
}

package demitasse.syscall.net;

import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/**
 * The array of struct mmsghdr of sendmmsg(2) and recvmmsg(2): struct msghdr, then 4 bytes for the length moved.
 * Only the first message may wait: nothing has happened then, so that the call can be tried again from its start.
 */
final class MessageArray {
    private static final int ENTRY_BYTES = Send.MESSAGE_BYTES + 8;
    /** UIO_MAXIOV: Linux takes no more at once either. */
    private static final int ENTRIES_MAX = 1024;

    private MessageArray() {
    }

    interface Mover {
        /** Moves one message: its length, -errno, or {@link Call#PARKED}. */
        long move(long message, int flags);
    }

    /** How many were moved; of an error only who moved none hears. */
    static long each(Call call, int fd, long messages, int count, int flags, Mover mover) {
        int refused = Sockets.refusal(call.file(fd));
        if (refused != 0) {
            return refused;
        }
        int entries = (int) Math.min(count & 0xffff_ffffL, ENTRIES_MAX);
        for (int i = 0; i < entries; i++) {
            long entry = messages + (long) i * ENTRY_BYTES;
            long n = mover.move(entry, i == 0 ? flags : flags | Send.MSG_DONTWAIT);
            if (n >= 0) {
                call.instance().scratch().reset();
                call.progress = 0;
                long length = call.scratch(Integer.BYTES);
                Memory.putInt(length, (int) n);
                n = call.process().memory().copyOut(length, entry + Send.MESSAGE_BYTES, Integer.BYTES);
            }
            if (n < 0) {
                return i > 0 ? i : n;
            }
        }
        return entries;
    }
}

package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ERESTARTSYS;

import demitasse.base.memory.Memory;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/**
 * The array of struct mmsghdr of sendmmsg(2) and recvmmsg(2): struct msghdr, then 4 bytes for the length moved. Each
 * message may wait; those before it are done then, and later attempts go on behind them.
 */
final class MessageArray {
    private static final int ENTRY_BYTES = Send.MESSAGE_BYTES + 8;
    /** UIO_MAXIOV: Linux takes no more at once either. */
    private static final int ENTRIES_MAX = 1024;

    /** How many messages earlier attempts have moved. */
    private int moved;
    /** It is recvmmsg(2). */
    boolean receives;
    /** When recvmmsg(2) stops after a message, {@link Call#NEVER} for not at all. */
    long endNs = Call.NEVER;

    interface Mover {
        /** Moves one message: its length, -errno, or {@link Call#PARKED}. */
        long move(long message, int flags);
    }

    /** That of the call, on each of its attempts. */
    static MessageArray of(Call call) {
        if (!(call.state instanceof MessageArray)) {
            call.state = new MessageArray();
        }
        return (MessageArray) call.state;
    }

    /**
     * Moves messages.
     *
     * @param laterFlags what is asked of all but the first besides
     * @return how many were moved; of an error only who moved none hears
     */
    long each(Call call, int fd, long messages, int count, int flags, int laterFlags, Mover mover) {
        int refused = Sockets.refusal(call.file(fd));
        if (refused != 0) {
            return refused;
        }
        int entries = (int) Math.min(count & 0xffff_ffffL, ENTRIES_MAX);
        while (moved < entries) {
            long entry = messages + (long) moved * ENTRY_BYTES;
            long n = mover.move(entry, moved == 0 ? flags : flags | laterFlags);
            if (n == Call.PARKED) {
                return n;
            }
            if (n >= 0) {
                n = finish(call, entry, (int) n);
            }
            if (n < 0) {
                return moved > 0 ? later(call.file(fd), (int) n) : n;
            }
            moved++;
            if (endNs != Call.NEVER && call.instance().nowNs() >= endNs) {
                break;
            }
        }
        return moved;
    }

    /** recvmmsg(2): what went wrong after messages is told by the next call; that nothing waits is nothing wrong. */
    private int later(FileHandle file, int error) {
        if (receives && error != -EAGAIN && error > -ERESTARTSYS) {
            if (file instanceof UnixSocket local) {
                local.setError(-error);
            } else {
                ((NetSocket) file).setError(-error);
            }
        }
        return moved;
    }

    /** Notes the length of a message, and makes the call ready for the next. */
    private static int finish(Call call, long entry, int lengthBytes) {
        call.instance().scratch().reset();
        call.progress = 0;
        call.deadlineNs = Call.NEVER;
        // The time of each message is its own, SO_RCVTIMEO: one that came as it ended leaves the next all of it.
        call.wake = Call.FRESH;
        long length = call.scratch(Integer.BYTES);
        Memory.putInt(length, lengthBytes);
        return call.process().memory().copyOut(length, entry + Send.MESSAGE_BYTES, Integer.BYTES);
    }
}

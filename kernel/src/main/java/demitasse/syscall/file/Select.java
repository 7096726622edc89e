package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.file.PollSet;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;

/** select(2), pselect(2). The three sets are bitmaps of longs; a set that is null is not asked about. */
final class Select {
    private static final int READ_SEEN = Events.IN | Events.HUP | Events.ERR;
    private static final int WRITE_SEEN = Events.OUT | Events.ERR;
    /** Descriptors whose bits are copied at once. */
    private static final int CHUNK_BITS = 4096;
    private static final int CHUNK_BYTES = CHUNK_BITS / 8;

    private Select() {
    }

    @WarmPath("per system call")
    @Syscall("select")
    static long select(Call call, int count, long reads, long writes, long exceptions, long timeout) {
        if (call.attempt == 0) {
            long durationNs = Timeouts.timeval(call, timeout);
            long begun = durationNs < 0 ? durationNs : begin(call, count, reads, writes, exceptions, durationNs);
            if (begun < 0) {
                return begun;
            }
        }
        return finish(call, count, reads, writes, exceptions, timeout, true);
    }

    /** The sixth argument points to the address and the size of the signal mask, select(2) NOTES. */
    @WarmPath("per system call")
    @Syscall("pselect6")
    static long pselect6(Call call, int count, long reads, long writes, long exceptions, long timeout, long mask) {
        if (call.attempt == 0) {
            long durationNs = Timeouts.timespec(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            long masked = substitute(call, mask);
            if (masked < 0) {
                return masked;
            }
            long begun = begin(call, count, reads, writes, exceptions, durationNs);
            if (begun < 0) {
                return begun;
            }
        }
        return finish(call, count, reads, writes, exceptions, timeout, false);
    }

    private static long substitute(Call call, long mask) {
        if (mask == 0) {
            return 0;
        }
        long copy = call.scratch(2 * Long.BYTES);
        if (call.process().memory().copyIn(mask, copy, 2 * Long.BYTES) < 0) {
            return -EFAULT;
        }
        return SignalMask.substitute(call, Memory.getLong(copy), Memory.getLong(copy + Long.BYTES));
    }

    private static long begin(Call call, int count, long reads, long writes, long exceptions, long durationNs) {
        if (count < 0) {
            return -EINVAL;
        }
        PollSet set = call.instance().files().takePollSet(call);
        call.state = set;
        // Descriptors beyond the table cannot be open; Linux does not look at them either.
        int bits = Math.min(count, call.process().files().capacity());
        long copies = call.scratch(3 * CHUNK_BYTES);
        for (int base = 0; base < bits; base += CHUNK_BITS) {
            int some = Math.min(CHUNK_BITS, bits - base);
            if (load(call, reads, base, some, copies) < 0
                    || load(call, writes, base, some, copies + CHUNK_BYTES) < 0
                    || load(call, exceptions, base, some, copies + 2 * CHUNK_BYTES) < 0) {
                return -EFAULT;
            }
            for (int i = 0; i < some; i++) {
                int asked = (isSet(copies, i) ? Events.IN : 0) | (isSet(copies + CHUNK_BYTES, i) ? Events.OUT : 0)
                        | (isSet(copies + 2 * CHUNK_BYTES, i) ? Events.PRI : 0);
                int error = asked == 0 ? 0 : add(call, set, base + i, asked);
                if (error < 0) {
                    return error;
                }
            }
        }
        Timeouts.begin(call, durationNs);
        return 0;
    }

    private static int add(Call call, PollSet set, int fd, int asked) {
        FileHandle file = call.process().files().at(fd);
        if (file == null || file.isPathOnly()) {
            return -EBADF;
        }
        // The tag keeps what was asked beside the descriptor, which needs 20 bits.
        return set.add(file, asked, fd << 3 | asked) ? 0 : -ENOMEM;
    }

    private static long finish(Call call, int count, long reads, long writes, long exceptions, long timeout,
            boolean timeval) {
        PollSet set = (PollSet) call.state;
        set.check();
        int results = countResults(set);
        if (results == 0) {
            long refusal = Timeouts.mayWait(call);
            if (refusal == 0) {
                return set.park();
            }
            if (refusal < 0) {
                Timeouts.storeRest(call, timeout, timeval);
                return refusal;
            }
        }
        int bits = Math.min(count, call.process().files().capacity());
        boolean stored = store(call, set, bits, reads, Events.IN, READ_SEEN)
                && store(call, set, bits, writes, Events.OUT, WRITE_SEEN)
                && store(call, set, bits, exceptions, Events.PRI, Events.PRI);
        Timeouts.storeRest(call, timeout, timeval);
        return stored ? results : -EFAULT;
    }

    private static int countResults(PollSet set) {
        int results = 0;
        for (int i = 0; i < set.count(); i++) {
            int asked = set.tag(i) & 7;
            int seen = set.seen(i);
            results += (asked & Events.IN) != 0 && (seen & READ_SEEN) != 0 ? 1 : 0;
            results += (asked & Events.OUT) != 0 && (seen & WRITE_SEEN) != 0 ? 1 : 0;
            results += (asked & Events.PRI) != 0 && (seen & Events.PRI) != 0 ? 1 : 0;
        }
        return results;
    }

    private static boolean store(Call call, PollSet set, int bits, long address, int kind, int seenMask) {
        if (address == 0) {
            return true;
        }
        long copy = call.scratch(CHUNK_BYTES);
        int next = 0;
        for (int base = 0; base < bits; base += CHUNK_BITS) {
            int bytes = bytesFor(Math.min(CHUNK_BITS, bits - base));
            Memory.fill(copy, bytes, (byte) 0);
            for (; next < set.count() && set.tag(next) >> 3 < base + CHUNK_BITS; next++) {
                if ((set.tag(next) & kind) != 0 && (set.seen(next) & seenMask) != 0) {
                    int bit = (set.tag(next) >> 3) - base;
                    long word = copy + (bit >>> 6) * 8L;
                    Memory.putLong(word, Memory.getLong(word) | 1L << bit);
                }
            }
            if (call.process().memory().copyOut(copy, address + base / 8, bytes) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int load(Call call, long address, int base, int bits, long copy) {
        int bytes = bytesFor(bits);
        if (address == 0) {
            Memory.fill(copy, bytes, (byte) 0);
            return 0;
        }
        return call.process().memory().copyIn(address + base / 8, copy, bytes);
    }

    /** Whole longs, as the kernel's sets are. */
    private static int bytesFor(int bits) {
        return (bits + 63 >>> 6) * Long.BYTES;
    }

    private static boolean isSet(long copy, int bit) {
        return (Memory.getLong(copy + (bit >>> 6) * 8L) & 1L << bit) != 0;
    }
}

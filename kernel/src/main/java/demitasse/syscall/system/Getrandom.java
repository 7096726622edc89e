package demitasse.syscall.system;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/** getrandom(2). */
final class Getrandom {
    private static final int GRND_NONBLOCK = 1;
    private static final int GRND_RANDOM = 2;
    private static final int GRND_INSECURE = 4;
    /** MAX_RW_COUNT: what any call moves at most. */
    private static final long LENGTH_MAX = 0x7fff_f000;
    private static final int CHUNK_BYTES = 4096;
    /** After so much, some milliseconds, others have a turn, without whom no signal comes either. */
    private static final long TURN_BYTES = 1 << 20;

    private Getrandom() {
    }

    @WarmPath("per system call")
    @Syscall("getrandom")
    static long getrandom(Call call, long buffer, long length, int flags) {
        boolean contradicts = (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE);
        if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) != 0 || contradicts) {
            return -EINVAL;
        }
        long total = Long.compareUnsigned(length, LENGTH_MAX) > 0 ? LENGTH_MAX : length;
        long chunk = call.scratch(CHUNK_BYTES);
        long done = call.progress;
        long turnEnd = done + TURN_BYTES;
        // As getrandom(2) says: more than 256 bytes can be interrupted.
        while (done < total && (done == 0 || !call.task().hasDeliverableSignal())) {
            if (done >= turnEnd) {
                Memory.fill(chunk, CHUNK_BYTES, (byte) 0);
                call.progress = done;
                call.deadlineNs = call.instance().nowNs();
                return call.park();
            }
            int part = (int) Math.min(CHUNK_BYTES, total - done);
            call.instance().random().fill(chunk, part);
            if (call.process().memory().copyOut(chunk, buffer + done, part) < 0) {
                return done > 0 ? done : -EFAULT;
            }
            done += part;
        }
        Memory.fill(chunk, CHUNK_BYTES, (byte) 0);
        return done;
    }
}

package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ring.Ring;
import demitasse.posix.ring.RingMemory;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/**
 * io_uring_setup(2). struct io_uring_params: 0 sq_entries, 4 cq_entries, 8 flags, 12 sq_thread_cpu, 20 features,
 * 24 wq_fd, 28 reserved, 40 the offsets of the submission queue, 80 those of the completion queue.
 */
final class IoUringSetup {
    private static final int IOPOLL = 1;
    private static final int SQPOLL = 1 << 1;
    private static final int SQ_AFF = 1 << 2;
    private static final int CQSIZE = 1 << 3;
    private static final int CLAMP = 1 << 4;
    private static final int ATTACH_WQ = 1 << 5;
    private static final int R_DISABLED = 1 << 6;
    private static final int SUBMIT_ALL = 1 << 7;
    private static final int COOP_TASKRUN = 1 << 8;
    private static final int TASKRUN_FLAG = 1 << 9;
    private static final int SINGLE_ISSUER = 1 << 12;
    private static final int KNOWN = IOPOLL | SQPOLL | SQ_AFF | CQSIZE | CLAMP | ATTACH_WQ | R_DISABLED | SUBMIT_ALL
            | COOP_TASKRUN | TASKRUN_FLAG | SINGLE_ISSUER;
    /**
     * SINGLE_MMAP, NODROP, SUBMIT_STABLE, RW_CUR_POS, CUR_PERSONALITY, FAST_POLL, POLL_32BITS, SQPOLL_NONFIXED,
     * EXT_ARG, NATIVE_WORKERS, CQE_SKIP, LINKED_FILE.
     */
    private static final int FEATURES = 1 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8
            | 1 << 9 | 1 << 11 | 1 << 12;
    private static final int PARAMETERS_BYTES = 120;
    private static final int SQ_OFFSETS = 40;
    private static final int CQ_OFFSETS = 80;

    private IoUringSetup() {
    }

    @Syscall(value = "io_uring_setup", rejects = {"IORING_SETUP_SQE128", "IORING_SETUP_CQE32",
        "IORING_SETUP_DEFER_TASKRUN", "IORING_SETUP_NO_MMAP", "IORING_SETUP_REGISTERED_FD_ONLY",
        "IORING_SETUP_NO_SQARRAY"}, ignores = {"IORING_SETUP_COOP_TASKRUN", "IORING_SETUP_TASKRUN_FLAG"},
        note = "A poller (IORING_SETUP_SQPOLL) always sleeps and asks to be woken by io_uring_enter. No file can "
                + "be read or written with IORING_SETUP_IOPOLL.")
    static long setup(Call call, int entries, long parameters) {
        long copy = UserWord.load(call, parameters, PARAMETERS_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int flags = Memory.getInt(copy + 8);
        for (int at = 28; at < SQ_OFFSETS; at += Integer.BYTES) {
            if (Memory.getInt(copy + at) != 0) {
                return -EINVAL;
            }
        }
        boolean polled = (flags & SQPOLL) != 0;
        boolean runsLater = (flags & COOP_TASKRUN) != 0;
        // Bound to a CPU, sq_thread_cpu: there is one, number 0.
        boolean misbound = (flags & SQ_AFF) != 0 && (!polled || Memory.getInt(copy + 12) != 0);
        if ((flags & ~KNOWN) != 0 || misbound || polled && runsLater
                || (flags & TASKRUN_FLAG) != 0 && !runsLater) {
            return -EINVAL;
        }
        if ((flags & ATTACH_WQ) != 0 && !(call.process().files().at(Memory.getInt(copy + 24)) instanceof Ring)) {
            return -EINVAL;
        }
        int submissions = size(entries, RingMemory.ENTRIES_MAX, flags);
        int completions = (flags & CQSIZE) == 0 ? 2 * submissions
                : size(Memory.getInt(copy + 4), 2 * RingMemory.ENTRIES_MAX, flags);
        if (submissions < 0 || completions < submissions) {
            return -EINVAL;
        }
        Ring ring = Ring.create(call.instance().files(), submissions, completions, polled,
                (flags & IOPOLL) != 0, (flags & SINGLE_ISSUER) != 0, (flags & SUBMIT_ALL) != 0);
        if (ring == null) {
            return -ENOMEM;
        }
        if ((flags & R_DISABLED) == 0) {
            ring.enable(call.task());
        }
        return install(call, ring, copy, parameters);
    }

    /** The next power of two; -1 when there are none or too many. */
    private static int size(int entries, int max, int flags) {
        if (entries == 0 || Integer.compareUnsigned(entries, max) > 0 && (flags & CLAMP) == 0) {
            return -1;
        }
        int wanted = Integer.compareUnsigned(entries, max) > 0 ? max : entries;
        int size = 1;
        while (size < wanted) {
            size *= 2;
        }
        return size;
    }

    private static long install(Call call, Ring ring, long copy, long parameters) {
        RingMemory memory = ring.memory();
        Memory.putInt(copy, memory.submissions());
        Memory.putInt(copy + 4, memory.completions());
        Memory.putInt(copy + 20, FEATURES);
        long sq = copy + SQ_OFFSETS;
        Memory.fill(sq, PARAMETERS_BYTES - SQ_OFFSETS, (byte) 0);
        Memory.putInt(sq, RingMemory.SQ_HEAD);
        Memory.putInt(sq + 4, RingMemory.SQ_TAIL);
        Memory.putInt(sq + 8, RingMemory.SQ_MASK);
        Memory.putInt(sq + 12, RingMemory.SQ_ENTRIES);
        Memory.putInt(sq + 16, RingMemory.SQ_FLAGS);
        Memory.putInt(sq + 20, RingMemory.SQ_DROPPED);
        Memory.putInt(sq + 24, memory.arrayOffset());
        long cq = copy + CQ_OFFSETS;
        Memory.putInt(cq, RingMemory.CQ_HEAD);
        Memory.putInt(cq + 4, RingMemory.CQ_TAIL);
        Memory.putInt(cq + 8, RingMemory.CQ_MASK);
        Memory.putInt(cq + 12, RingMemory.CQ_ENTRIES);
        Memory.putInt(cq + 16, RingMemory.CQ_OVERFLOW);
        Memory.putInt(cq + 20, RingMemory.CQES);
        Memory.putInt(cq + 24, RingMemory.CQ_FLAGS);
        if (call.process().memory().copyOut(copy, parameters, PARAMETERS_BYTES) < 0) {
            ring.release();
            return -EFAULT;
        }
        return call.process().files().installNew(ring, true);
    }
}

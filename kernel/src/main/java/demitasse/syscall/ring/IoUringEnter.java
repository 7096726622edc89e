package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EBADFD;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINTR;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.ETIME;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.ring.LinkTimeout;
import demitasse.posix.ring.Ring;
import demitasse.posix.ring.RingRequest;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** io_uring_enter(2): takes what was submitted, and waits for completions. */
final class IoUringEnter {
    private static final int GETEVENTS = 1;
    private static final int SQ_WAKEUP = 2;
    private static final int SQ_WAIT = 4;
    private static final int EXT_ARG = 8;
    private static final int KNOWN = GETEVENTS | SQ_WAKEUP | SQ_WAIT | EXT_ARG;
    /** struct io_uring_getevents_arg: 0 sigmask, 8 its size, 16 timeout. */
    private static final int ARGUMENT_BYTES = 24;
    private static final int MASK_BYTES = 8;

    private IoUringEnter() {
    }

    @WarmPath("per system call")
    @Syscall(value = "io_uring_enter", rejects = {"IORING_ENTER_REGISTERED_RING",
        "registered files of IORING_OP_SPLICE and TEE", "IORING_OP_URING_CMD", "IORING_OP_SEND_ZC",
        "IORING_OP_SENDMSG_ZC", "IORING_POLL_ADD_LEVEL", "IORING_MSG_SEND_FD",
        "IOSQE_BUFFER_SELECT of IORING_OP_RECVMSG"},
        note = "Paths and extended attributes of a request that waits for another must stay until it begins.")
    static long enter(Call call, int fd, int count, int minimum, int flags, long argument, long argumentBytes) {
        if ((flags & ~KNOWN) != 0) {
            return -EINVAL;
        }
        Ring ring = call.file(fd) instanceof Ring found ? found : null;
        if (ring == null) {
            return call.file(fd) == null ? -EBADF : -EOPNOTSUPP;
        }
        if (call.attempt == 0) {
            long begun = begin(call, ring, count, flags, argument, argumentBytes);
            if (begun < 0) {
                return begun;
            }
        }
        ring.flushOverflow();
        if ((flags & GETEVENTS) == 0) {
            return call.progress;
        }
        int wanted = Integer.compareUnsigned(minimum, ring.memory().completions()) > 0 ? ring.memory().completions()
                : minimum;
        // The last argument was looked at: its register keeps how many timeouts there were when the wait began.
        call.a5 = call.attempt == 0 ? ring.timeouts() : call.a5;
        boolean elapsed = ring.memory().ready() != 0 && call.a5 != ring.timeouts();
        if (elapsed || Integer.compareUnsigned(ring.memory().ready(), wanted) >= 0) {
            return call.progress;
        }
        long waited = call.await(ring.waiters(), Events.IN);
        if (waited == Call.PARKED || waited > 0) {
            return waited;
        }
        // Less than was wanted is still something.
        return ring.memory().ready() != 0 ? 0 : waited == -EAGAIN ? -ETIME : -EINTR;
    }

    /** The first attempt: submits, and fixes how to wait. */
    private static long begin(Call call, Ring ring, int count, int flags, long argument, long argumentBytes) {
        if (!ring.isEnabled()) {
            return -EBADFD;
        }
        if ((flags & GETEVENTS) != 0) {
            long prepared = prepareWait(call, flags, argument, argumentBytes);
            if (prepared < 0) {
                return prepared;
            }
        }
        if (!ring.mayIssue(call.task())) {
            return -EEXIST;
        }
        if (ring.isPolled()) {
            if ((flags & SQ_WAKEUP) != 0) {
                submit(call, ring, Integer.MAX_VALUE);
            }
            call.progress = count;
            return 0;
        }
        int submitted = submit(call, ring, count);
        call.progress = Math.max(submitted, 0);
        return Math.min(submitted, 0);
    }

    private static long prepareWait(Call call, int flags, long argument, long argumentBytes) {
        long mask = argument;
        long maskBytes = argumentBytes;
        long timeout = 0;
        if ((flags & EXT_ARG) != 0) {
            if (argumentBytes != ARGUMENT_BYTES) {
                return -EINVAL;
            }
            long copy = UserWord.load(call, argument, ARGUMENT_BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            mask = Memory.getLong(copy);
            maskBytes = Memory.getUnsignedInt(copy + 8);
            timeout = Memory.getLong(copy + 16);
        }
        if (timeout != 0) {
            long durationNs = TimeLayout.loadTimespec(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            long nowNs = call.instance().nowNs();
            call.deadlineNs = nowNs + Math.min(durationNs, Call.NEVER - 1 - nowNs);
        }
        if (mask == 0) {
            return 0;
        }
        if (maskBytes != MASK_BYTES) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, mask, MASK_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        call.task().signals().substituteMask(Memory.getLong(copy));
        return 0;
    }

    /** How many entries were taken; -EAGAIN without memory for any. */
    private static int submit(Call call, Ring ring, int count) {
        int left = Math.min(ring.memory().submitted(), count < 0 ? Integer.MAX_VALUE : count);
        if (left == 0 || !ring.hasRoom()) {
            return left == 0 ? 0 : -EAGAIN;
        }
        ring.setSubmitting(true);
        Requests requests = new Requests(call, ring);
        Chain chain = new Chain(ring);
        int submitted = 0;
        boolean goesOn = true;
        while (submitted < left && goesOn && ring.hasRoom()) {
            // Nothing is kept from entry to entry, of which there may be thousands.
            call.instance().scratch().reset();
            long entry = ring.memory().take();
            if (entry == 0) {
                break;
            }
            submitted++;
            RingRequest request = requests.of(entry);
            if (request instanceof LinkTimeout && !chain.mayBeGuarded()) {
                request = requests.refused(EINVAL);
            }
            chain.add(request, requests.failed());
            // A chain is not torn apart: the submission ends behind it.
            goesOn = !requests.failed() || ring.submitsAll() || request.isLinked();
        }
        chain.submit();
        ring.setSubmitting(false);
        return submitted;
    }

    /** Requests that are linked, IOSQE_IO_LINK, until the last of them is known. */
    private static final class Chain {
        private final Ring ring;
        private RingRequest first;
        private RingRequest last;
        private boolean failed;
        private boolean drains;

        Chain(Ring ring) {
            this.ring = ring;
        }

        boolean mayBeGuarded() {
            return last != null && !last.isGuarded();
        }

        void add(RingRequest request, boolean isFailed) {
            ring.tookRequest();
            failed |= isFailed;
            drains |= (request.flags() & RingRequest.DRAIN) != 0;
            if (first == null) {
                first = request;
                last = request;
            } else if (request instanceof LinkTimeout timeout) {
                last.guardBy(timeout);
            } else {
                last.linkTo(request);
                last = request;
            }
            if (!request.isLinked()) {
                submit();
            }
        }

        void submit() {
            if (first == null) {
                return;
            }
            if (failed) {
                ring.refuse(first);
            } else {
                ring.submit(first, drains);
            }
            first = null;
            last = null;
            failed = false;
            drains = false;
        }
    }
}

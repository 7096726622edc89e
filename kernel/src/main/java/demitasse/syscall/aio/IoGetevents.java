package demitasse.syscall.aio;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINTR;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.aio.AioContext;
import demitasse.posix.aio.AioRequest;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** io_getevents(2), io_pgetevents(2). struct io_event: 0 data, 8 control block, 16 result, 24 second result. */
final class IoGetevents {
    private static final int EVENT_BYTES = 32;
    /** struct __aio_sigset: 0 mask, 8 its size. */
    private static final int SIGSET_BYTES = 16;
    private static final int MASK_BYTES = 8;

    private IoGetevents() {
    }

    @Syscall("io_getevents")
    static long getevents(Call call, long context, long minimum, long maximum, long events, long timeout) {
        return attempt(call, context, minimum, maximum, events, timeout);
    }

    @Syscall("io_pgetevents")
    static long pgetevents(Call call, long context, long minimum, long maximum, long events, long timeout,
            long sigset) {
        long masked = call.attempt == 0 && sigset != 0 ? substituteMask(call, sigset) : 0;
        return masked < 0 ? masked : attempt(call, context, minimum, maximum, events, timeout);
    }

    private static long substituteMask(Call call, long sigset) {
        long copy = UserWord.load(call, sigset, SIGSET_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long mask = Memory.getLong(copy);
        if (mask == 0) {
            return 0;
        }
        if (Memory.getLong(copy + 8) != MASK_BYTES) {
            return -EINVAL;
        }
        copy = UserWord.load(call, mask, MASK_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        call.task().signals().substituteMask(Memory.getLong(copy));
        return 0;
    }

    private static long attempt(Call call, long address, long minimum, long maximum, long events, long timeout) {
        if (call.attempt == 0) {
            AioContext found = AioContext.at(call.process().memory(), address);
            if (found == null || minimum < 0 || minimum > maximum) {
                return -EINVAL;
            }
            call.state = new Waiting(found);
            long durationNs = timeout == 0 ? 0 : TimeLayout.loadTimespec(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            long nowNs = call.instance().nowNs();
            call.deadlineNs = timeout == 0 ? Call.NEVER : nowNs + Math.min(durationNs, Call.NEVER - 1 - nowNs);
        }
        AioContext context = ((Waiting) call.state).context;
        long fetched = fetch(call, context, maximum, events);
        if (fetched < 0) {
            return call.progress > 0 ? call.progress : fetched;
        }
        if (call.progress >= minimum) {
            return call.progress;
        }
        if (context.isEnded()) {
            return call.progress > 0 ? call.progress : -EINVAL;
        }
        if (call.deadlineNs <= call.instance().nowNs()) {
            return call.progress;
        }
        long waited = call.await(context.waiters(), Events.IN);
        return waited == -EAGAIN ? 0 : waited < 0 && waited != Call.PARKED ? -EINTR : waited;
    }

    /** Hands events over until there are enough: 0 or -EFAULT. */
    private static long fetch(Call call, AioContext context, long maximum, long events) {
        long copy = call.scratch(EVENT_BYTES);
        while (call.progress < maximum && context.firstDone() != null) {
            AioRequest request = context.firstDone();
            Memory.putLong(copy, request.data());
            Memory.putLong(copy + 8, request.block());
            Memory.putLong(copy + 16, request.result());
            Memory.putLong(copy + 24, 0);
            long place = events + call.progress * EVENT_BYTES;
            if (call.process().memory().copyOut(copy, place, EVENT_BYTES) < 0) {
                return -EFAULT;
            }
            context.fetched();
            call.progress++;
        }
        return 0;
    }

    /** Keeps the context while somebody waits, whatever becomes of its mapping. */
    private static final class Waiting implements CallState {
        private final AioContext context;

        Waiting(AioContext context) {
            this.context = context;
            context.retain();
        }

        @Override
        public void dropped() {
            context.release();
        }
    }
}

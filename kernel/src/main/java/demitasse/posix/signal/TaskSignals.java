package demitasse.posix.signal;

import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** The signal state of one task: what it blocks, what waits for it, where its handlers run. */
public final class TaskSignals {
    /** sigaltstack(2). */
    public static final int SS_ONSTACK = 1;
    public static final int SS_DISABLE = 2;
    public static final int SS_AUTODISARM = 1 << 31;

    private final Task task;
    private final PendingSignals pending = new PendingSignals();
    private long mask;
    private long maskAfterwards;
    private boolean substituted;
    private int interruptedResult;
    private long stackAddress;
    private long stackBytes;
    private int stackFlags = SS_DISABLE;

    public TaskSignals(Task task) {
        this.task = task;
    }

    /** Signals sent to this task alone. */
    public PendingSignals pending() {
        return pending;
    }

    /** clone(2): the mask of its maker, and its alternate stack if the maker does not run meanwhile. */
    public void inherit(TaskSignals maker, boolean withStack) {
        mask = maker.mask;
        if (withStack) {
            setStack(maker.stackAddress, maker.stackBytes, maker.stackFlags);
        }
    }

    /** The blocked signals. */
    public long mask() {
        return mask;
    }

    /** sigprocmask(2). */
    public void setMask(long newMask) {
        long added = newMask & ~mask;
        mask = newMask & ~SignalNumber.UNBLOCKABLE;
        recalculate();
        long orphaned = task.process().signals().pending().set() & added;
        if (orphaned != 0) {
            Signals.retarget(task.process(), orphaned);
        }
    }

    /**
     * For the time of one call another mask, as ppoll(2), sigsuspend(2) and their like take it. It ends with the
     * call, or, when a handler runs, with the handler.
     */
    public void substituteMask(long newMask) {
        if (!substituted) {
            maskAfterwards = mask;
            substituted = true;
            task.noticeSubstitutedMask();
        }
        mask = newMask & ~SignalNumber.UNBLOCKABLE;
        recalculate();
    }

    /** Ends the substitution; nothing happens without one. */
    public void restoreMask() {
        if (substituted) {
            substituted = false;
            setMask(maskAfterwards);
        }
    }

    /** The mask that a signal frame must bring back; ends a substitution without touching the mask. */
    long takeMaskForFrame() {
        if (substituted) {
            substituted = false;
            return maskAfterwards;
        }
        return mask;
    }

    /** Everything that waits for this task: its own and the process's, blocked or not, sigpending(2). */
    public long waiting() {
        return pending.set() | task.process().signals().pending().set();
    }

    /** Notes whether there is something to deliver. */
    public void recalculate() {
        boolean letThrough = task.tracee() != null && task.tracee().hasInjected();
        if ((waiting() & ~mask) != 0 || letThrough) {
            task.noticeSignal();
        } else {
            task.clearSignalNotice();
        }
    }

    /** Takes the next signal to deliver; false when there is none. */
    boolean takeDeliverable(SignalInfo out) {
        return take(~mask, out);
    }

    /**
     * Takes a signal of a set, blocked or not, for sigtimedwait(2) and signalfd(2).
     *
     * @return false when none of them waits
     */
    public boolean take(long wanted, SignalInfo out) {
        Process process = task.process();
        SignalInfoPool pool = process.instance().signalInfos();
        boolean synchronousOfProcess = (process.signals().pending().set() & wanted & SignalNumber.SYNCHRONOUS) != 0
                && (pending.set() & wanted & SignalNumber.SYNCHRONOUS) == 0;
        boolean taken = !synchronousOfProcess && pending.take(wanted, out, pool)
                || process.signals().pending().take(wanted, out, pool);
        recalculate();
        if (taken && out.code == SignalInfo.SI_TIMER) {
            process.timers().delivered((int) out.field0, (int) (out.field0 >>> 32));
        }
        return taken;
    }

    /** The internal errno of the call that was interrupted, until delivery decides what the program sees. */
    public void setInterruptedResult(int result) {
        interruptedResult = result;
    }

    public int interruptedResult() {
        return interruptedResult;
    }

    public long stackAddress() {
        return stackAddress;
    }

    public long stackBytes() {
        return stackBytes;
    }

    /** SS_DISABLE, SS_AUTODISARM; not SS_ONSTACK. */
    public int stackFlags() {
        return stackFlags;
    }

    public void setStack(long address, long sizeBytes, int flags) {
        stackAddress = address;
        stackBytes = sizeBytes;
        stackFlags = flags;
    }

    /** Whether a stack pointer is on the alternate stack; never with SS_AUTODISARM, sigaltstack(2). */
    public boolean isOnStack(long stackPointer) {
        return (stackFlags & (SS_DISABLE | SS_AUTODISARM)) == 0 && isInside(stackPointer);
    }

    boolean isInside(long stackPointer) {
        return stackPointer > stackAddress && stackPointer - stackAddress <= stackBytes;
    }
}

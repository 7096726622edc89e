package demitasse.sched.loop;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.WarmPath;
import demitasse.machine.Platform;
import demitasse.sched.timer.Timers;

/**
 * The event loop, the whole scheduler: take interrupts, expire timers, give the next runnable its turn, sleep when
 * there is none. Who has a priority goes first, and ends the turn of one that has less. Of the others, who has slept
 * goes before who has used up a slice, for a slice at most: so threads that wake each other for short turns do not wait
 * for one that computes, which still gets half of the time.
 *
 * <p>The platform's alarm ends a turn. It costs a host call, so it is armed lazily: just before user code runs, only
 * when none is armed or the next timer is due before it, and early alarms are let ring. While somebody else is
 * runnable it rings after a slice, otherwise after a longer tick, so that a console that raises no interrupts of its
 * own is looked at.
 */
public final class Loop {
    public static final long SLICE_NS = 5_000_000;
    public static final long TICK_NS = 50_000_000;
    /**
     * User code runs for at least so long between two alarms, however short the interval of a timer: what
     * {@code PR_SET_TIMERSLACK} is for ordinary threads of Linux, prctl(2).
     */
    public static final long SLACK_NS = 50_000;
    private static final long NEVER = Long.MAX_VALUE;
    /** A flood of timers does not keep tasks from running. */
    private static final int TIMERS_PER_TURN_MAX = 256;
    /** Those with a priority leave a turn to an ordinary one after so long, sched(7) sched_rt_runtime_us. */
    private static final long PRIORITY_NS_MAX = 950_000_000;

    private final Platform platform;
    private final Timers timers;
    private final RunQueue runnable = new RunQueue();
    /** Those without a priority whose last turn took a slice, or who gave it up. */
    private final RunQueue spent = new RunQueue();
    /** When the first of those gets its turn, whoever else waits; 0 before somebody has gone before it. */
    private long spentDueNs;
    private boolean sliceOver;
    private InterruptSink sink;
    private Poller poller;
    private IdleWork idleWork;
    private long raised;
    private long armedNs = NEVER;
    private boolean sliced;
    private boolean stopped;
    private boolean yielding;
    /** The turn ends because its owner wants it to. */
    private boolean givingWay;
    /** Whose turn it is, or was last. */
    private Schedulable running;
    /** Since when only those with a priority have had turns; 0 after a turn of another one. */
    private long prioritySinceNs;
    /** Had the last turn and wants another. It queues behind those whom the news that ended it wakes. */
    private Schedulable interrupted;
    private long idleNs;
    private long ticks;

    public Loop(Platform platform, Timers timers) {
        this.platform = platform;
        this.timers = timers;
    }

    /** Who gets the interrupts that are not the timer's. */
    public void setSink(InterruptSink newSink) {
        sink = newSink;
    }

    /** Who is asked in every turn whether there is something to do. */
    public void setPoller(Poller newPoller) {
        poller = newPoller;
    }

    /** What to do before sleep. */
    public void setIdleWork(IdleWork newWork) {
        idleWork = newWork;
    }

    public void enqueue(Schedulable one) {
        if (one.queued) {
            return;
        }
        one.spent = false;
        runnable.add(one);
        if (one.priority > 0) {
            preempt();
        }
    }

    /** A turn ends when somebody with a higher priority wants one. */
    private void preempt() {
        yielding |= running != null && runnable.hasAbove(running.priority);
    }

    /**
     * Says how one takes part.
     *
     * @param priority 0 for those that take turns; those with more go first
     * @param keepsTurn whether one with a priority goes on before its equals when its slice is over
     * @param sliceNs how long a turn is while others wait
     */
    public void setPriority(Schedulable one, int priority, boolean keepsTurn, long sliceNs) {
        boolean queued = one.queued;
        if (queued) {
            (one.spent ? spent : runnable).remove(one);
            one.spent = false;
        }
        one.priority = priority;
        one.keepsTurn = keepsTurn;
        one.sliceNs = sliceNs;
        if (queued) {
            runnable.add(one);
        }
        preempt();
    }

    /** Runs turns until {@link #stop}. */
    @WarmPath("per switch")
    public void run() {
        while (!stopped) {
            turn();
        }
    }

    /** Ends {@link #run} after this turn. */
    public void stop() {
        stopped = true;
        yielding = true;
    }

    public boolean isStopped() {
        return stopped;
    }

    void turn() {
        yielding = stopped;
        running = null;
        raised |= platform.takeInterrupts();
        if (raised != 0) {
            handleInterrupts();
        }
        if (timers.nextDeadlineNs() != NEVER) {
            timers.expire(platform.clock().monotonicNs(), TIMERS_PER_TURN_MAX);
        }
        boolean busy = poller != null && poller.poll(interrupted != null && !givingWay);
        if (interrupted != null) {
            requeue(interrupted);
            interrupted = null;
        }
        givingWay = false;
        sliceOver = false;
        Schedulable next = runnable.hasAbove(0) ? takeWithPriority() : spent.isEmpty() ? runnable.take() : takeInTurn();
        if (next == null) {
            if (!busy) {
                idle();
            }
            return;
        }
        prioritySinceNs = next.priority == 0 ? 0 : prioritySinceNs;
        running = next;
        if (next.step()) {
            interrupted = next;
        }
    }

    private void requeue(Schedulable one) {
        if (one.priority > 0 && one.keepsTurn && !givingWay) {
            runnable.addBack(one);
        } else if (one.priority == 0 && (sliceOver || givingWay) && !one.queued) {
            one.spent = true;
            spent.add(one);
        } else {
            enqueue(one);
        }
    }

    /** One that has slept, unless one that is spent has waited for a slice. */
    private Schedulable takeInTurn() {
        if (!runnable.isEmpty()) {
            long nowNs = platform.clock().monotonicNs();
            spentDueNs = spentDueNs == 0 ? nowNs + SLICE_NS : spentDueNs;
            if (nowNs < spentDueNs) {
                return runnable.take();
            }
            // The alarm of those who went before would ring at once, and a whole slice is due.
            armedNs = NEVER;
            sliced = false;
        }
        spentDueNs = 0;
        return spent.take();
    }

    @ColdPath("real-time priorities")
    private Schedulable takeWithPriority() {
        long nowNs = platform.clock().monotonicNs();
        prioritySinceNs = prioritySinceNs == 0 ? nowNs : prioritySinceNs;
        if (nowNs - prioritySinceNs <= PRIORITY_NS_MAX) {
            return runnable.take();
        }
        boolean isDue = spentDueNs != 0 && nowNs >= spentDueNs;
        Schedulable ordinary = isDue ? spent.take() : null;
        ordinary = ordinary == null ? runnable.takeOrdinary() : ordinary;
        ordinary = ordinary == null ? spent.take() : ordinary;
        // So that these alternate as well.
        spentDueNs = isDue ? 0 : nowNs;
        return ordinary == null ? runnable.take() : ordinary;
    }

    private void handleInterrupts() {
        long bits = raised;
        raised = 0;
        if ((bits & Platform.TIMER) != 0) {
            armedNs = NEVER;
            sliced = false;
            sliceOver = true;
            ticks++;
        }
        if (sink != null) {
            sink.interrupts(bits);
        }
    }

    private void idle() {
        prioritySinceNs = 0;
        long from = platform.clock().monotonicNs();
        // A timer may have ended it all just now: sleep would put that off until the next one.
        if (stopped || timers.nextDeadlineNs() <= from) {
            return;
        }
        long dueNs = idleWork == null ? NEVER : idleWork.dueNs(from);
        if (dueNs <= from) {
            idleWork.work();
            return;
        }
        platform.idleUntil(Math.min(timers.nextDeadlineNs(), dueNs));
        idleNs += platform.clock().monotonicNs() - from;
    }

    /** Before user code runs: sees to it that the turn ends in time. */
    public void enterUser() {
        if (armedNs == NEVER || timers.nextDeadlineNs() < armedNs || !sliced && hasRunnable()) {
            arm();
        }
    }

    @ColdPath("once per slice or timer")
    @WarmPath("per slice")
    private void arm() {
        long nowNs = platform.clock().monotonicNs();
        long lengthNs = !hasRunnable() || running == null ? TICK_NS : running.sliceNs;
        long deadlineNs = Math.clamp(timers.nextDeadlineNs(), nowNs + SLACK_NS, nowNs + lengthNs);
        sliced = hasRunnable();
        if (deadlineNs < armedNs) {
            armedNs = deadlineNs;
            platform.alarm(deadlineNs);
        }
    }

    /** Has the turn end with this trap, if anybody else wants one. */
    public void endTurn() {
        yielding = hasRunnable();
        givingWay = yielding;
    }

    /** Once per trap: whether the turn should end, because an interrupt waits or the loop stops. */
    public boolean shouldLeave() {
        raised |= platform.takeInterrupts();
        return raised != 0 || yielding;
    }

    /** Time slept since boot. */
    public long idleNs() {
        return idleNs;
    }

    /** Alarms rung since boot. */
    public long ticks() {
        return ticks;
    }

    /** Whether somebody waits for a turn. */
    public boolean hasRunnable() {
        return !runnable.isEmpty() || !spent.isEmpty();
    }
}

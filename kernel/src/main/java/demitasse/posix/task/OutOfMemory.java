package demitasse.posix.task;

import demitasse.alloc.Pages;
import demitasse.base.trace.Log;
import demitasse.posix.memory.Relief;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.signal.SignalNumber;

/**
 * What happens when no frame is left for a program: the process that has the most memory, weighted by what it asked for
 * in oom_score_adj of proc(5), is killed, one line tells of it, and its private pages are taken at once, as Linux's
 * mm/oom_kill.c does. The instance's program goes only when nobody else is left.
 *
 * <p>Pages are taken while a handler of another task may be running. So a handler must not keep the kernel address of a
 * page of somebody else's memory while it reaches for a page of any memory; of its own memory nothing is taken.
 */
public final class OutOfMemory implements Relief {
    /** oom_score_adj of a process that is never killed. */
    private static final int NEVER = -1000;
    private static final long NEVER_CHOSEN = Long.MIN_VALUE;
    private static final int SCALE = 1000;
    private static final int KIB_SHIFT = 10;

    private final Instance instance;

    OutOfMemory(Instance instance) {
        this.instance = instance;
    }

    @Override
    public boolean relieve(UserSpace wanting) {
        Process victim = dying(false);
        if (victim == null) {
            victim = choose();
            if (victim == null) {
                return false;
            }
            kill(victim);
        }
        UserSpace memory = victim.memory();
        return memory != wanting && memory != currentMemory() && memory.reap();
    }

    /** Whether somebody's end is going to free memory. */
    public boolean isSomebodyDying() {
        return dying(true) != null;
    }

    /** What /proc/PID/oom_score tells: 0 for who is never killed, up to 2000. */
    public int score(Process process) {
        long points = points(process);
        return points == NEVER_CHOSEN ? 0 : (int) ((SCALE + points * SCALE / totalPages()) * 2 / 3);
    }

    /** A process whose end frees memory; what others share with a reaped one is freed only then. */
    private Process dying(boolean reapedToo) {
        Processes all = instance.processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            boolean dying = one.isExiting() && one.memory() != null && !one.borrowsMemory();
            if (dying && (reapedToo || !one.memory().isReaped())) {
                return one;
            }
        }
        return null;
    }

    private Process choose() {
        Processes all = instance.processes();
        Process program = all.program();
        Process worst = null;
        long most = NEVER_CHOSEN;
        for (Process one = all.first(); one != null; one = all.after(one)) {
            long points = one == program ? NEVER_CHOSEN : points(one);
            if (points > most) {
                most = points;
                worst = one;
            }
        }
        return worst != null || program == null || program.isExiting() ? worst : program;
    }

    /** oom_badness() of mm/oom_kill.c: pages, and a thousandth of all pages for each point of the adjustment. */
    private long points(Process process) {
        int adjustment = process.settings().oomAdjustment();
        if (process.memory() == null || process.isExiting() || process.holdsParent() || adjustment == NEVER) {
            return NEVER_CHOSEN;
        }
        return process.memory().residentPages() + adjustment * totalPages() / SCALE;
    }

    private long totalPages() {
        return instance.pages().totalBytes() / Pages.PAGE_BYTES;
    }

    private UserSpace currentMemory() {
        return instance.current() == null ? null : instance.current().process().memory();
    }

    private void kill(Process victim) {
        Log.Line line = Log.at(Log.ERROR).text("out of memory: killed process ").number(victim.pid()).text(" (");
        TaskName name = victim.firstTask().name();
        for (int i = 0; i < name.length(); i++) {
            line.character(name.at(i));
        }
        line.text("), which had ").number(victim.memory().residentPages() * Pages.PAGE_BYTES >> KIB_SHIFT)
                .text(" of ").number(instance.pages().totalBytes() >> KIB_SHIFT).text(" KiB, oom_score_adj ")
                .number(victim.settings().oomAdjustment()).end();
        UserSpace memory = victim.memory();
        Processes all = instance.processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            if (one.memory() == memory) {
                one.killBy(SignalNumber.SIGKILL);
            }
        }
    }
}

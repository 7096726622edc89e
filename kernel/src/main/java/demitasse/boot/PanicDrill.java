package demitasse.boot;

import demitasse.base.error.Panic;
import demitasse.posix.task.Instance;
import demitasse.sched.timer.Timer;
import demitasse.vfs.Name;

/**
 * A panic on demand, {@code panic=reason} or {@code panic=check}, so that what shows panics can be tested: the screen
 * and the tools. Only whoever starts the instance can ask for it; no program can.
 */
final class PanicDrill extends Timer {
    private final Name kind;

    private PanicDrill(Name kind) {
        this.kind = kind;
    }

    /** Lets it happen in the first turn of the loop, below the frames of a kernel that runs. */
    static void arm(Instance instance, CommandLine line) {
        Name kind = new Name();
        if (line.find("panic", kind)) {
            instance.timers().arm(new PanicDrill(kind), instance.nowNs());
        }
    }

    @Override
    protected void expired(long nowNs) {
        if (kind.is("check")) {
            failCheck(new int[kind.length()]);
        }
        throw Panic.because("the command line has asked for it");
    }

    /** The processor finds this one: the access traps. */
    private void failCheck(int[] words) {
        words[kind.length()] = 1;
    }
}

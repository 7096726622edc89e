package demitasse.syscall.process;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** personality(2). */
final class Personality {
    private static final long QUERY = 0xffff_ffffL;

    private Personality() {
    }

    @Syscall(value = "personality", note = "ADDR_NO_RANDOMIZE, STICKY_TIMEOUTS, PER_LINUX32 and UNAME26; others are "
            + "kept and told.")
    static long personality(Call call, long value) {
        int old = call.process().settings().personality();
        if ((value & QUERY) != QUERY) {
            call.process().settings().setPersonality((int) value);
        }
        return old & 0xffff_ffffL;
    }
}

package demitasse.syscall.system;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Settings;

/** membarrier(2). */
final class Membarrier {
    private static final int CMD_QUERY = 0;
    private static final int CMD_GLOBAL = 1;
    private static final int CMD_GLOBAL_EXPEDITED = 1 << 1;
    private static final int CMD_REGISTER_GLOBAL_EXPEDITED = 1 << 2;
    private static final int CMD_PRIVATE_EXPEDITED = 1 << 3;
    private static final int CMD_REGISTER_PRIVATE_EXPEDITED = 1 << 4;
    private static final int CMD_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 5;
    private static final int CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 6;
    private static final int CMD_PRIVATE_EXPEDITED_RSEQ = 1 << 7;
    private static final int CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 1 << 8;
    private static final int CMD_GET_REGISTRATIONS = 1 << 9;
    private static final int CMD_FLAG_CPU = 1;
    private static final int SUPPORTED = (1 << 10) - 1;

    private Membarrier() {
    }

    /**
     * There is one CPU, and entering the kernel is a barrier; a thread that was in a restartable sequence when it lost
     * the CPU aborts it anyway. Nothing is left to do but to keep the rules.
     */
    @Syscall("membarrier")
    static long membarrier(Call call, int command, int flags, int cpu) {
        if (flags != 0 && (command != CMD_PRIVATE_EXPEDITED_RSEQ || flags != CMD_FLAG_CPU)) {
            return -EINVAL;
        }
        Settings settings = call.process().settings();
        return switch (command) {
            case CMD_QUERY -> SUPPORTED;
            case CMD_GLOBAL, CMD_GLOBAL_EXPEDITED -> 0;
            case CMD_REGISTER_GLOBAL_EXPEDITED, CMD_REGISTER_PRIVATE_EXPEDITED,
                 CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ -> {
                settings.registerBarrier(command);
                yield 0;
            }
            // The bit of a registration is the next above that of its command.
            case CMD_GET_REGISTRATIONS -> settings.barriers();
            case CMD_PRIVATE_EXPEDITED, CMD_PRIVATE_EXPEDITED_SYNC_CORE, CMD_PRIVATE_EXPEDITED_RSEQ ->
                    (settings.barriers() & command << 1) != 0 ? 0 : -EPERM;
            default -> -EINVAL;
        };
    }
}

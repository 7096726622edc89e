package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.MemoryLimits;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Call;
import demitasse.posix.task.Settings;
import demitasse.posix.task.TaskName;
import demitasse.syscall.abi.UserWord;

/** prctl(2). */
final class Prctl {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_GET_PDEATHSIG = 2;
    private static final int PR_GET_DUMPABLE = 3;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_GET_TIMING = 13;
    private static final int PR_SET_TIMING = 14;
    private static final int PR_SET_NAME = 15;
    private static final int PR_GET_NAME = 16;
    private static final int PR_GET_SECCOMP = 21;
    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_GET_TSC = 25;
    private static final int PR_SET_TSC = 26;
    private static final int PR_TASK_PERF_EVENTS_DISABLE = 31;
    private static final int PR_TASK_PERF_EVENTS_ENABLE = 32;
    static final int PR_MCE_KILL = 33;
    static final int PR_MCE_KILL_GET = 34;
    static final int PR_SET_IO_FLUSHER = 57;
    static final int PR_GET_IO_FLUSHER = 58;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final int PR_GET_TIMERSLACK = 30;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_GET_CHILD_SUBREAPER = 37;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_GET_NO_NEW_PRIVS = 39;
    private static final int PR_GET_TID_ADDRESS = 40;
    private static final int PR_SET_THP_DISABLE = 41;
    private static final int PR_GET_THP_DISABLE = 42;
    private static final int PR_GET_SPECULATION_CTRL = 52;
    private static final int PR_SET_SPECULATION_CTRL = 53;
    private static final int PR_SPEC_STORE_BYPASS = 0;
    private static final int PR_SPEC_INDIRECT_BRANCH = 1;
    private static final int PR_SPEC_ENABLE = 2;
    private static final int PR_SPEC_DISABLE = 4;
    private static final int PR_SPEC_FORCE_DISABLE = 8;
    private static final int PR_SET_VMA = 0x53564d41;
    private static final int PR_SET_MDWE = 65;
    private static final int PR_GET_MDWE = 66;
    /** PR_TSC_ENABLE: programs may read the time stamp counter. */
    private static final int TSC_ENABLE = 1;

    private Prctl() {
    }

    @Syscall(value = "prctl", ignores = {"PR_SET_TIMERSLACK", "PR_SET_THP_DISABLE", "PR_MCE_KILL",
            "PR_SET_IO_FLUSHER", "PR_TASK_PERF_EVENTS_*"},
            rejects = {"PR_SET_MM", "PR_SET_PTRACER", "PR_SCHED_CORE", "PR_TSC_SIGSEGV",
                "PR_SET_SPECULATION_CTRL",
                "PR_SET_MEMORY_MERGE", "PR_SET_SYSCALL_USER_DISPATCH"})
    static long prctl(Call call, int option, long value, long value3, long value4, long value5) {
        Settings settings = call.process().settings();
        return switch (option) {
            case PR_SET_NAME -> setName(call, value);
            case PR_GET_NAME -> name(call, value);
            case PR_GET_DUMPABLE -> settings.dumpable() ? 1 : 0;
            case PR_GET_NO_NEW_PRIVS -> allZero(value, value3, value4, value5) ? flag(settings.noNewPrivileges())
                    : -EINVAL;
            case PR_GET_PDEATHSIG -> UserWord.storeInt(call, value, settings.deathSignal());
            case PR_GET_CHILD_SUBREAPER -> UserWord.storeInt(call, value, settings.subreaper() ? 1 : 0);
            case PR_GET_TID_ADDRESS -> UserWord.storeLong(call, value, call.task().clearTid());
            case PR_GET_TIMERSLACK -> call.task().scheduling().timerSlackNs();
            case PR_GET_TIMING -> 0;
            case PR_GET_SECCOMP -> call.task().filter() == null ? 0 : call.task().filter().mode();
            case PR_SET_SECCOMP -> Seccomp.prctl(call, value, value3);
            case PR_GET_SPECULATION_CTRL, PR_SET_SPECULATION_CTRL -> value4 != 0 || value5 != 0
                    || option == PR_GET_SPECULATION_CTRL && value3 != 0 ? -EINVAL : speculation(option, value, value3);
            case PR_GET_TSC -> UserWord.storeInt(call, value, TSC_ENABLE);
            case PR_GET_THP_DISABLE -> allZero(value, value3, value4, value5) ? flag(settings.hugePagesOff())
                    : -EINVAL;
            case PR_GET_MDWE -> allZero(value, value3, value4, value5)
                    ? call.process().memory().limits().executeGain : -EINVAL;
            case PR_SET_MDWE -> setExecuteGain(call.process().memory().limits(), value, value3 | value4 | value5);
            case PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE -> 0;
            case PR_MCE_KILL, PR_MCE_KILL_GET, PR_SET_IO_FLUSHER, PR_GET_IO_FLUSHER ->
                    PrctlMemory.keep(call, option, value, value3, value4 | value5);
            case PR_SET_VMA -> PrctlMemory.setVma(call, value, value3, value4, value5);
            default -> PrctlPrivileges.concerns(option)
                    ? PrctlPrivileges.prctl(call, option, value, value3, value4 | value5)
                    : set(call, settings, option, value, value3 | value4 | value5);
        };
    }

    private static long set(Call call, Settings settings, int option, long value, long rest) {
        switch (option) {
            case PR_SET_PDEATHSIG -> {
                if (value < 0 || value > SignalNumber.MAX) {
                    return -EINVAL;
                }
                settings.setDeathSignal((int) value);
            }
            case PR_SET_DUMPABLE -> {
                if (value != 0 && value != 1) {
                    return -EINVAL;
                }
                settings.setDumpable(value == 1);
            }
            case PR_SET_NO_NEW_PRIVS -> {
                if (value != 1 || rest != 0) {
                    return -EINVAL;
                }
                settings.forbidNewPrivileges();
            }
            case PR_SET_CHILD_SUBREAPER -> settings.setSubreaper(value != 0);
            case PR_SET_TIMERSLACK -> call.task().scheduling().setTimerSlackNs(Math.max(0, value));
            case PR_SET_THP_DISABLE -> {
                if (rest != 0) {
                    return -EINVAL;
                }
                settings.setHugePagesOff(value != 0);
            }
            case PR_SET_TIMING, PR_SET_TSC -> {
                return value == (option == PR_SET_TSC ? TSC_ENABLE : 0) ? 0 : -EINVAL;
            }
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }

    /** Nothing is held back for one program rather than another: the CPU speculates, but for what the host forbids. */
    private static long speculation(int option, long what, long control) {
        if (what != PR_SPEC_STORE_BYPASS && what != PR_SPEC_INDIRECT_BRANCH) {
            return -ENODEV;
        }
        boolean known = control == PR_SPEC_ENABLE || control == PR_SPEC_DISABLE || control == PR_SPEC_FORCE_DISABLE;
        return option == PR_GET_SPECULATION_CTRL ? PR_SPEC_ENABLE : known ? -ENXIO : -ERANGE;
    }

    /** PR_SET_MDWE(2const): once set it stays. */
    private static long setExecuteGain(MemoryLimits limits, long bits, long rest) {
        boolean refuses = (bits & MemoryLimits.MDWE_REFUSE_EXEC_GAIN) != 0;
        if (rest != 0 || (bits & ~(MemoryLimits.MDWE_REFUSE_EXEC_GAIN | MemoryLimits.MDWE_NO_INHERIT)) != 0
                || bits != 0 && !refuses) {
            return -EINVAL;
        }
        if (limits.executeGain != 0 && limits.executeGain != bits) {
            return -EPERM;
        }
        limits.executeGain = (int) bits;
        return 0;
    }

    private static long setName(Call call, long address) {
        long copy = call.scratch(TaskName.CAPACITY_BYTES);
        long length = call.process().memory().copyString(address, copy, TaskName.CAPACITY_BYTES);
        if (length == -EFAULT) {
            return -EFAULT;
        }
        // A longer name is cut, prctl(2).
        call.task().name().set(copy, TaskName.CAPACITY_BYTES);
        return 0;
    }

    private static long name(Call call, long address) {
        long copy = call.scratch(TaskName.CAPACITY_BYTES);
        call.task().name().store(copy);
        return call.process().memory().copyOut(copy, address, TaskName.CAPACITY_BYTES);
    }

    private static boolean allZero(long a, long b, long c, long d) {
        return (a | b | c | d) == 0;
    }

    private static long flag(boolean value) {
        return value ? 1 : 0;
    }
}

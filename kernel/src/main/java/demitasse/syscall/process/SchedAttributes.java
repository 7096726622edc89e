package demitasse.syscall.process;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Scheduling;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** sched_setattr(2), sched_getattr(2). */
final class SchedAttributes {
    /**
     * struct sched_attr: size, policy, 8 flags, 16 nice, 20 priority, 24 runtime, deadline, period, 48 the utilization
     * clamps of Linux 5.3.
     */
    private static final int BYTES = 56;
    private static final int FIRST_BYTES = 48;
    private static final int POLICY = 4;
    private static final int FLAGS = 8;
    private static final int NICE = 16;
    private static final int PRIORITY = 20;
    private static final int RUNTIME = 24;
    private static final int DEADLINE = 32;
    private static final int PERIOD = 40;
    private static final int PAGE_BYTES = 4096;
    private static final long RESET_ON_FORK = 1;

    private SchedAttributes() {
    }

    @Syscall(value = "sched_setattr", ignores = "SCHED_BATCH", rejects = {"SCHED_FLAG_*"},
            note = "SCHED_DEADLINE goes before all priorities, in turns of its runtime, 0.25 to 40 ms; more is not "
                    + "held back.")
    static long schedSetattr(Call call, int tid, long attributes, int flags) {
        if (attributes == 0 || tid < 0 || flags != 0) {
            return -EINVAL;
        }
        long size = UserWord.load(call, attributes, Integer.BYTES);
        if (UserWord.isErrno(size)) {
            return size;
        }
        int sizeBytes = Memory.getInt(size) == 0 ? FIRST_BYTES : Memory.getInt(size);
        if (sizeBytes < FIRST_BYTES || sizeBytes > PAGE_BYTES) {
            return UserWord.storeInt(call, attributes, BYTES) < 0 ? -EFAULT : -E2BIG;
        }
        long copy = UserWord.load(call, attributes, sizeBytes);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        for (int i = BYTES; i < sizeBytes; i++) {
            if (Memory.getByte(copy + i) != 0) {
                return UserWord.storeInt(call, attributes, BYTES) < 0 ? -EFAULT : -E2BIG;
            }
        }
        if ((Memory.getLong(copy + FLAGS) & ~RESET_ON_FORK) != 0) {
            return -EINVAL;
        }
        Task task = SchedPolicy.task(call, tid);
        if (task == null) {
            return -ESRCH;
        }
        int policy = Memory.getInt(copy + POLICY);
        boolean resets = Memory.getLong(copy + FLAGS) != 0;
        if (policy == Scheduling.SCHED_DEADLINE) {
            return Memory.getInt(copy + PRIORITY) != 0 ? -EINVAL : SchedDeadline.set(call, task, resets,
                    Memory.getLong(copy + RUNTIME), Memory.getLong(copy + DEADLINE), Memory.getLong(copy + PERIOD));
        }
        int nice = Math.max(Getpriority.NICE_MIN, Math.min(Getpriority.NICE_MAX, Memory.getInt(copy + NICE)));
        long result = SchedPolicy.set(call, task, policy, resets, Memory.getInt(copy + PRIORITY));
        if (result == 0 && SchedPolicy.isNice(policy) && nice != task.scheduling().nice()) {
            result = Getpriority.set(call, task, nice);
        }
        return result == -EACCES ? -EPERM : result;
    }

    @Syscall("sched_getattr")
    static long schedGetattr(Call call, int tid, long attributes, int sizeBytes, int flags) {
        if (attributes == 0 || tid < 0 || sizeBytes < FIRST_BYTES || sizeBytes > PAGE_BYTES || flags != 0) {
            return -EINVAL;
        }
        Task task = SchedPolicy.task(call, tid);
        if (task == null) {
            return -ESRCH;
        }
        Scheduling scheduling = task.scheduling();
        int bytes = Math.min(sizeBytes, BYTES);
        long copy = call.scratch(BYTES);
        Memory.fill(copy, BYTES, (byte) 0);
        Memory.putInt(copy, bytes);
        Memory.putInt(copy + POLICY, scheduling.policy());
        Memory.putLong(copy + FLAGS, scheduling.resetsOnFork() ? RESET_ON_FORK : 0);
        Memory.putInt(copy + NICE, scheduling.nice());
        Memory.putInt(copy + PRIORITY, scheduling.priority());
        if (scheduling.policy() == Scheduling.SCHED_DEADLINE) {
            Memory.putLong(copy + RUNTIME, scheduling.runtimeNs());
            Memory.putLong(copy + DEADLINE, scheduling.deadlineNs());
            Memory.putLong(copy + PERIOD, scheduling.periodNs());
        }
        return call.process().memory().copyOut(copy, attributes, bytes);
    }
}

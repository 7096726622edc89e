package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** getgroups(2). */
final class Getgroups {
    /** Groups that pass at a time between programs and the kernel. */
    private static final int BATCH = 1024;
    /** What a task has of groups is counted with it up to here. */
    private static final int FEW = 256;
    /** All long lists together may take so much less of the heap than what is counted. */
    private static final int SHARE = 4;

    private Getgroups() {
    }

    @Syscall("getgroups")
    static long getgroups(Call call, int size, long list) {
        int[] groups = call.credentials().groups;
        if (size < 0 || size > 0 && size < groups.length) {
            return -EINVAL;
        }
        long copy = call.scratch(BATCH * Integer.BYTES);
        for (int done = 0; size > 0 && done < groups.length; done += BATCH) {
            int some = Math.min(BATCH, groups.length - done);
            for (int i = 0; i < some; i++) {
                Memory.putInt(copy + (long) i * Integer.BYTES, call.credentials().shownGid(groups[done + i]));
            }
            if (call.process().memory().copyOut(copy, list + (long) done * Integer.BYTES, some * Integer.BYTES) < 0) {
                return -EFAULT;
            }
        }
        return groups.length;
    }

    @Syscall("setgroups")
    static long setgroups(Call call, int size, long list) {
        Credentials who = call.credentials();
        if (!who.holds(Credentials.CAP_SETGID) || who.users != null && !who.users.allowsSetgroups()) {
            return -EPERM;
        }
        if (size < 0 || size > Credentials.GROUPS_MAX) {
            return -EINVAL;
        }
        if (size > FEW && !JavaHeap.hasRoom((size + held(call)) * Integer.BYTES * SHARE)) {
            return -ENOMEM;
        }
        int[] groups = new int[size];
        long copy = call.scratch(BATCH * Integer.BYTES);
        for (int done = 0; done < size; done += BATCH) {
            int some = Math.min(BATCH, size - done);
            if (call.process().memory().copyIn(list + (long) done * Integer.BYTES, copy, some * Integer.BYTES) < 0) {
                return -EFAULT;
            }
            for (int i = 0; i < some; i++) {
                groups[done + i] = who.gidOf(Memory.getInt(copy + (long) i * Integer.BYTES));
                if (groups[done + i] == -1) {
                    return -EINVAL;
                }
            }
        }
        Credentials changed = who.copy();
        changed.groups = groups;
        call.task().changeCredentials(changed);
        return 0;
    }

    /**
     * How many groups all tasks have. Credentials come and go unseen, so nobody counts their lists; a list that several
     * share counts once where they follow each other, as a process and its children do.
     */
    private static long held(Call call) {
        Processes all = call.instance().processes();
        long held = 0;
        int[] last = null;
        for (Process one = all.first(); one != null; one = all.after(one)) {
            Task task = one.firstTask();
            do {
                int[] groups = (task == null ? one.credentials() : task.credentials()).groups;
                held += groups == last ? 0 : groups.length;
                last = groups;
                task = task == null ? null : one.taskAfter(task);
            } while (task != null);
        }
        return held;
    }
}

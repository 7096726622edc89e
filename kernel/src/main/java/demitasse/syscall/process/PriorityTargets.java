package demitasse.syscall.process;

import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** The tasks that getpriority(2) and ioprio_get(2) are about: one, all of a process group, or all of a user. */
final class PriorityTargets {
    static final int PROCESS = 0;
    static final int GROUP = 1;
    static final int USER = 2;

    private PriorityTargets() {
    }

    /** @param before the last one; null for the first. Null when there are no more. */
    static Task next(Call call, Task before, int which, int who) {
        Processes processes = call.instance().processes();
        Process process = before == null ? processes.first() : before.process();
        Task task = before == null ? Processes.firstOrLast(process) : process.taskAfter(before);
        while (process != null) {
            for (; task != null; task = process.taskAfter(task)) {
                if (isMeant(call, task, which, who)) {
                    return task;
                }
            }
            process = processes.after(process);
            task = process == null ? null : Processes.firstOrLast(process);
        }
        return null;
    }

    private static boolean isMeant(Call call, Task task, int which, int who) {
        return switch (which) {
            case PROCESS -> who == 0 ? task == call.task()
                    : call.idOf(who) == (task.process().isZombie() ? task.process().pid() : task.tid());
            case GROUP -> task.process().group() == (who == 0 ? call.process().group() : call.idOf(who));
            default -> task.credentials().uid == (who == 0 ? call.credentials().uid : call.credentials().uidOf(who));
        };
    }
}

package demitasse.posix.task;

import demitasse.base.memory.JavaHeap;
import demitasse.vfs.Path;

/**
 * All processes and tasks by number. Numbers come in turn and start again from {@link #FIRST_AFTER_WRAP}, as on
 * Linux; one that is still a pid, tid, process group or session is passed over.
 */
public final class Processes {
    public static final int INIT = 1;
    /** kernel.pid_max of proc(5). */
    public static final int ID_MAX = 32_768;
    /** Bounds memory: a task costs a page for its registers. As many processes, zombies among them. */
    public static final int TASKS_MAX = 4096;
    public static final int FIRST_AFTER_WRAP = 300;
    private static final int BUCKETS = 256;

    private final Process[] processesById = new Process[BUCKETS];
    private final Task[] tasksById = new Task[BUCKETS];
    private Process first;
    private Process last;
    private int lastId;
    private int program = INIT;
    private int taskCount;
    private int processCount;
    private long created;

    /** A number that is not in use; 0 when there are too many tasks. */
    public int allocateId() {
        if (isFull()) {
            return 0;
        }
        do {
            lastId = lastId + 1 >= ID_MAX ? FIRST_AFTER_WRAP : lastId + 1;
        } while (isUsed(lastId));
        created++;
        return lastId;
    }

    /** The process that the instance is for: it ends with it. The first one, unless that is the kernel's own init. */
    public Process program() {
        return byPid(program);
    }

    public void setProgram(int pid) {
        program = pid;
    }

    boolean isFull() {
        return taskCount >= TASKS_MAX || processCount >= TASKS_MAX;
    }

    /** The tasks and zombies of a user, which RLIMIT_NPROC bounds, getrlimit(2). */
    int countOf(int uid) {
        int count = 0;
        for (Process one = first; one != null; one = one.next) {
            count += one.credentials().uid == uid ? Math.max(one.taskCount(), 1) : 0;
        }
        return count;
    }

    /** Whether a number is a pid, tid, process group or session. */
    public boolean isUsed(int id) {
        if (byTid(id) != null) {
            return true;
        }
        for (Process one = first; one != null; one = one.next) {
            if (one.pid() == id || one.group() == id || one.session() == id) {
                return true;
            }
        }
        return false;
    }

    /** Null when there is none; zombies count. */
    public Process byPid(int pid) {
        Process one = processesById[bucket(pid)];
        while (one != null && one.pid() != pid) {
            one = one.nextById;
        }
        return one;
    }

    /** Null when there is none. */
    public Task byTid(int tid) {
        Task one = tasksById[bucket(tid)];
        while (one != null && one.tid() != tid) {
            one = one.nextById;
        }
        return one;
    }

    /** As {@link #byTid}, and the task that ended last of a zombie of this number. */
    public Task byTidOrZombie(int tid) {
        Task task = byTid(tid);
        Process process = task != null ? null : byPid(tid);
        return process == null ? task : process.lastTask;
    }

    /** A process's first task; of a zombie the one that ended last. */
    public static Task firstOrLast(Process process) {
        return process.isZombie() ? process.lastTask : process.firstTask();
    }

    /** The last task of a process stays as long as that is a zombie. */
    void keep(Task last) {
        last.process().lastTask = last;
        JavaHeap.take(Cloning.TASK_BYTES);
    }

    /** The oldest process; null when there are none. */
    public Process first() {
        return first;
    }

    public Process after(Process process) {
        return process.next;
    }

    public int taskCount() {
        return taskCount;
    }

    /** How many numbers were given out since boot, for /proc/stat and /proc/loadavg. */
    public long created() {
        return created;
    }

    public int lastId() {
        return lastId;
    }

    public boolean groupExists(int group, int session) {
        for (Process one = first; one != null; one = one.next) {
            if (one.group() == group && one.session() == session) {
                return true;
            }
        }
        return false;
    }

    /** Whether no member of a group has a parent in another group of its session, setpgid(2): nobody continues it. */
    public boolean isOrphaned(int group) {
        return isOrphaned(group, null);
    }

    /** As {@link #isOrphaned(int)}, with a member that does not count. */
    boolean isOrphaned(int group, Process ignored) {
        for (Process one = first; one != null; one = one.next) {
            Process parent = one.parent();
            boolean watched = parent != null && parent.group() != group && parent.session() == one.session();
            if (one.group() == group && one != ignored && !one.isZombie() && watched) {
                return false;
            }
        }
        return true;
    }

    /** Whether a member of a group is stopped. */
    boolean hasStopped(int group) {
        for (Process one = first; one != null; one = one.next) {
            if (one.group() == group && one.isStopped()) {
                return true;
            }
        }
        return false;
    }

    void add(Process process) {
        int bucket = bucket(process.pid());
        processCount++;
        JavaHeap.take(Cloning.PROCESS_BYTES);
        process.nextById = processesById[bucket];
        processesById[bucket] = process;
        process.previous = last;
        if (last == null) {
            first = process;
        } else {
            last.next = process;
        }
        last = process;
    }

    void remove(Process process) {
        unlink(process);
        forget(process, process.pid());
    }

    /** pivot_root(2): every task whose root or directory was the old root has the new one now. */
    public void rootMoved(Path from, Path to) {
        for (Process one = first; one != null; one = one.next) {
            one.allPlaces().rootMoved(from, to);
        }
    }

    /** A file stands for a process, pidfd_open(2), which stays in the kernel's heap also when its number is gone. */
    public static void hold(Process process) {
        process.watchers++;
    }

    /** One file less does. */
    public static void letGo(Process process) {
        process.watchers--;
        giveIfUnused(process);
    }

    private static void giveIfUnused(Process process) {
        if (process.unlisted && process.watchers == 0) {
            JavaHeap.give(Cloning.PROCESS_BYTES + (process.lastTask == null ? 0 : Cloning.TASK_BYTES));
        }
    }

    /** Namespaces forget a number that is neither a process, task, group nor session any more. */
    private void forget(Process process, int id) {
        if (!process.pidNamespace().isFirst() && !isUsed(id)) {
            process.pidNamespace().leave(id);
        }
    }

    private void unlink(Process process) {
        int bucket = bucket(process.pid());
        processCount--;
        process.unlisted = true;
        giveIfUnused(process);
        if (processesById[bucket] == process) {
            processesById[bucket] = process.nextById;
        } else {
            Process one = processesById[bucket];
            while (one.nextById != process) {
                one = one.nextById;
            }
            one.nextById = process.nextById;
        }
        if (process.previous == null) {
            first = process.next;
        } else {
            process.previous.next = process.next;
        }
        if (process.next == null) {
            last = process.previous;
        } else {
            process.next.previous = process.previous;
        }
    }

    void add(Task task) {
        int bucket = bucket(task.tid());
        task.nextById = tasksById[bucket];
        tasksById[bucket] = task;
        taskCount++;
        JavaHeap.take(Cloning.TASK_BYTES);
    }

    void remove(Task task) {
        unlink(task);
        forget(task.process(), task.tid());
    }

    private void unlink(Task task) {
        int bucket = bucket(task.tid());
        taskCount--;
        JavaHeap.give(Cloning.TASK_BYTES);
        if (tasksById[bucket] == task) {
            tasksById[bucket] = task.nextById;
            return;
        }
        Task one = tasksById[bucket];
        while (one.nextById != task) {
            one = one.nextById;
        }
        one.nextById = task.nextById;
    }

    private static int bucket(int id) {
        return id & BUCKETS - 1;
    }
}

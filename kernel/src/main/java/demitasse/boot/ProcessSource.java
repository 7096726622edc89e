package demitasse.boot;

import demitasse.base.annotation.ColdPath;
import demitasse.fs.proc.ProcessView;
import demitasse.fs.proc.Processes;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.vfs.Path;

/** Shows the processes of an instance to procfs. */
final class ProcessSource implements Processes {
    private final Instance instance;
    private final PidNamespace namespace;

    /** @param namespace whose processes are shown, by the numbers that they have in it */
    ProcessSource(Instance instance, PidNamespace namespace) {
        this.instance = instance;
        this.namespace = namespace;
    }

    @Override
    public int self() {
        Task asking = instance.current();
        return asking == null ? demitasse.posix.task.Processes.INIT : namespace.numberOf(asking.process().pid());
    }

    @Override
    public int selfThread() {
        Task asking = instance.current();
        return asking == null ? demitasse.posix.task.Processes.INIT : namespace.numberOf(asking.tid());
    }

    @Override
    public Object asker() {
        Task asking = instance.current();
        return asking == null ? null : asking.credentials();
    }

    @Override
    public void selfRoot(Path out) {
        Task asking = instance.current();
        if (asking == null || !asking.process().root().isSet()) {
            instance.mounts().root(out);
        } else {
            out.set(asking.process().root());
        }
    }

    @Override
    public int after(int pid) {
        int next = -1;
        demitasse.posix.task.Processes all = instance.processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            int number = namespace.numberOf(one.pid());
            if (number > pid && (next < 0 || number < next)) {
                next = number;
            }
        }
        return next;
    }

    @Override
    public int ownerOf(int tid) {
        int id = namespace.idOf(tid);
        Task thread = instance.processes().byTid(id);
        // The process of a number is there without its first thread as well.
        return instance.processes().byPid(id) != null ? tid
                : thread == null ? -1 : namespace.numberOf(thread.process().pid());
    }

    @Override
    @ColdPath("somebody looks at a process in /proc")
    public ProcessView find(int pid, int tid) {
        Process process = instance.processes().byPid(namespace.idOf(pid));
        if (process == null) {
            return null;
        }
        Task thread = null;
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            thread = namespace.numberOf(task.tid()) == tid ? task : thread;
        }
        // A zombie's main thread is gone, but its process is still shown.
        return thread == null && tid != pid ? null : new ProcessReport(instance, namespace, process, thread);
    }
}

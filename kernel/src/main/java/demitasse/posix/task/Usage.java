package demitasse.posix.task;

import demitasse.posix.memory.UserSpace;

/** What a process has used, with what its threads used that have ended, and its children that were waited for. */
public final class Usage {
    private final Process process;
    private final IoCounts endedTasksIo = new IoCounts();
    private long endedTasksCpuNs;
    private long childrenCpuNs;
    /** The most pages that its earlier programs had, and the most that one of its children had. */
    private long pagesMaxBefore;
    private long childrenPagesMax;

    Usage(Process process) {
        this.process = process;
    }

    /** A thread of it has ended. */
    void ended(Task task) {
        endedTasksCpuNs += task.scheduling().cpuNs(0);
        endedTasksIo.add(task.io);
    }

    /** It lets go of its memory. */
    void leavesMemory() {
        pagesMaxBefore = residentPagesMax();
    }

    /** It has waited for a child that has ended. */
    void reaped(Usage child) {
        childrenCpuNs += child.endedTasksCpuNs + child.childrenCpuNs;
        childrenPagesMax = Math.max(childrenPagesMax, Math.max(child.residentPagesMax(), child.childrenPagesMax));
    }

    /** CPU time of all threads. */
    public long cpuNs() {
        long nowNs = process.instance().nowNs();
        long sumNs = endedTasksCpuNs;
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            sumNs += task.scheduling().cpuNs(nowNs);
        }
        return sumNs;
    }

    /** CPU time of children, and of theirs. */
    public long childrenCpuNs() {
        return childrenCpuNs;
    }

    /** The most pages that it ever had, getrusage(2) ru_maxrss. */
    public long residentPagesMax() {
        UserSpace memory = process.memory();
        return memory == null ? pagesMaxBefore : Math.max(pagesMaxBefore, memory.residentPagesMax());
    }

    /** The same of the largest child. */
    public long childrenPagesMax() {
        return childrenPagesMax;
    }

    /** What all threads have moved. */
    public IoCounts io() {
        IoCounts sum = new IoCounts();
        sum.add(endedTasksIo);
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            sum.add(task.io);
        }
        return sum;
    }
}

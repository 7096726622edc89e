package demitasse.posix.task;

/** How CPU time is divided, times(2). */
public final class CpuTime {
    private CpuTime() {
    }

    /** The part of a CPU time that was spent in the kernel, as far as alarms that rang there and elsewhere tell. */
    public static long kernelShareNs(Process process, long timeNs) {
        long kernelTicks = 0;
        long userTicks = 0;
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            kernelTicks += task.scheduling().kernelTicks();
            userTicks += task.scheduling().userTicks();
        }
        return kernelTicks == 0 ? 0 : timeNs / (kernelTicks + userTicks) * kernelTicks;
    }
}

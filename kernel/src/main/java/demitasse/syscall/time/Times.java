package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.CpuTime;
import demitasse.posix.task.Process;
import demitasse.syscall.abi.TimeLayout;

/** times(2), getrusage(2). */
final class Times {
    private static final long CLOCK_TICK_NS = 10_000_000;
    private static final int TMS_BYTES = 32;
    /** struct rusage: utime, stime, then fourteen numbers. */
    private static final int RUSAGE_BYTES = 144;
    private static final int STIME = 16;
    private static final int MAXRSS = 32;
    private static final int NVCSW = 128;
    private static final int PAGE_KB = 4;
    private static final int RUSAGE_SELF = 0;
    private static final int RUSAGE_CHILDREN = -1;
    private static final int RUSAGE_THREAD = 1;

    private Times() {
    }

    @Syscall("times")
    static long times(Call call, long buffer) {
        if (buffer != 0) {
            long copy = call.scratch(TMS_BYTES);
            Process process = call.process();
            long cpuNs = process.usage().cpuNs();
            long kernelNs = CpuTime.kernelShareNs(process, cpuNs);
            Memory.putLong(copy, (cpuNs - kernelNs) / CLOCK_TICK_NS);
            Memory.putLong(copy + 8, kernelNs / CLOCK_TICK_NS);
            Memory.putLong(copy + 16, process.usage().childrenCpuNs() / CLOCK_TICK_NS);
            Memory.putLong(copy + 24, 0);
            if (call.process().memory().copyOut(copy, buffer, TMS_BYTES) < 0) {
                return -EFAULT;
            }
        }
        return call.instance().nowNs() / CLOCK_TICK_NS;
    }

    @Syscall(value = "getrusage",
            note = "The share of the kernel is sampled; of the other numbers, maxrss and nvcsw are filled in.")
    static long getrusage(Call call, int who, long usage) {
        long nowNs = call.instance().nowNs();
        Process process = call.process();
        long cpuNs;
        switch (who) {
            case RUSAGE_SELF -> cpuNs = process.usage().cpuNs();
            case RUSAGE_CHILDREN -> cpuNs = process.usage().childrenCpuNs();
            case RUSAGE_THREAD -> cpuNs = call.task().scheduling().cpuNs(nowNs);
            default -> {
                return -EINVAL;
            }
        }
        long kernelNs = who == RUSAGE_CHILDREN ? 0 : CpuTime.kernelShareNs(process, cpuNs);
        long copy = call.scratch(RUSAGE_BYTES);
        Memory.fill(copy, RUSAGE_BYTES, (byte) 0);
        TimeLayout.putTimeval(copy, cpuNs - kernelNs);
        TimeLayout.putTimeval(copy + STIME, kernelNs);
        long pages = who == RUSAGE_CHILDREN ? process.usage().childrenPagesMax() : process.usage().residentPagesMax();
        Memory.putLong(copy + MAXRSS, pages * PAGE_KB);
        if (who != RUSAGE_CHILDREN) {
            Memory.putLong(copy + NVCSW, call.task().scheduling().switches());
        }
        return call.process().memory().copyOut(copy, usage, RUSAGE_BYTES);
    }
}

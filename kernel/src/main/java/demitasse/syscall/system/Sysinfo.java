package demitasse.syscall.system;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.TimeLayout;

/** sysinfo(2). */
final class Sysinfo {
    /** struct sysinfo: uptime, loads[3], totalram, freeram, …, procs, …, mem_unit. */
    private static final int BYTES = 112;
    private static final int TOTAL_RAM = 32;
    private static final int FREE_RAM = 40;
    private static final int PROCS = 80;
    private static final int MEM_UNIT = 104;

    private Sysinfo() {
    }

    @Syscall(value = "sysinfo", note = "The load averages are 0.")
    static long sysinfo(Call call, long info) {
        long copy = call.scratch(BYTES);
        Memory.fill(copy, BYTES, (byte) 0);
        Memory.putLong(copy, (call.instance().nowNs() - call.instance().startedNs()) / TimeLayout.NS_PER_S);
        Memory.putLong(copy + TOTAL_RAM, call.instance().pages().totalBytes());
        Memory.putLong(copy + FREE_RAM, call.instance().pages().freeBytes());
        Memory.putShort(copy + PROCS, (short) call.instance().processes().taskCount());
        Memory.putInt(copy + MEM_UNIT, 1);
        return call.process().memory().copyOut(copy, info, BYTES);
    }
}

package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** /proc/PID/stat and statm, proc(5). */
final class ProcessStat {
    private static final int PAGE_BYTES = 4096;
    private static final int RLIMIT_RSS = 5;
    private static final int PRIORITY_BASE = 20;
    private static final int SIGCHLD = 17;

    private ProcessStat() {
    }

    static void stat(Text out, ProcessView process) {
        out.number(process.tid()).add(" (");
        process.name(out);
        out.add(") ").character(process.state());
        put(out, process.parentPid());
        put(out, process.group());
        put(out, process.session());
        put(out, process.terminalDevice());
        put(out, process.terminalGroup());
        // flags, minflt, cminflt, majflt, cmajflt
        zeros(out, 5);
        put(out, process.userTicks());
        put(out, process.kernelTicks());
        put(out, process.childrenTicks());
        put(out, 0);
        put(out, process.realTimePriority() > 0 ? -1 - process.realTimePriority() : PRIORITY_BASE + process.nice());
        put(out, process.nice());
        put(out, process.threads());
        put(out, 0);
        put(out, process.startedTicks());
        put(out, process.virtualBytes());
        put(out, process.residentPages());
        out.character(' ').unsigned(process.softLimit(RLIMIT_RSS));
        // startcode, endcode, startstack, kstkesp, kstkeip
        zeros(out, 5);
        out.character(' ').unsigned(process.pendingSignals());
        out.character(' ').unsigned(process.blockedSignals());
        out.character(' ').unsigned(process.ignoredSignals());
        out.character(' ').unsigned(process.caughtSignals());
        // wchan, nswap, cnswap
        zeros(out, 3);
        put(out, SIGCHLD);
        put(out, 0);
        put(out, process.realTimePriority());
        put(out, process.policy());
        // delayacct_blkio_ticks … env_end: all nought, since addresses are kept private.
        zeros(out, 10);
        put(out, process.exitStatus());
        out.newline();
    }

    static void statm(Text out, ProcessView process) {
        out.number(process.virtualBytes() / PAGE_BYTES);
        put(out, process.residentPages());
        long shared = 0;
        long text = 0;
        long data = 0;
        MappingView mapping = new MappingView();
        for (int i = 0; i < process.mappings() && process.mapping(i, mapping); i++) {
            long pages = (mapping.end - mapping.start) / PAGE_BYTES;
            if ((mapping.protection & MappingView.EXECUTE) != 0) {
                text += pages;
            } else if ((mapping.protection & MappingView.WRITE) != 0 && !mapping.shared) {
                data += pages;
            }
            shared += mapping.shared ? pages : 0;
        }
        put(out, Math.min(shared, process.residentPages()));
        put(out, text);
        put(out, 0);
        put(out, data);
        put(out, 0);
        out.newline();
    }

    private static void put(Text out, long value) {
        out.character(' ').number(value);
    }

    private static void zeros(Text out, int count) {
        for (int i = 0; i < count; i++) {
            out.add(" 0");
        }
    }
}

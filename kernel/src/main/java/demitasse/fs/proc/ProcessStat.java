package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** /proc/PID/stat and statm, proc(5). */
public final class ProcessStat {
    /** Parts of a program, {@link ProcessView#place}. */
    public static final int CODE_START = 0;
    public static final int CODE_END = 1;
    public static final int STACK_START = 2;
    public static final int HEAP_START = 3;
    public static final int ARGUMENTS_START = 4;
    public static final int ARGUMENTS_END = 5;
    public static final int ENVIRONMENT_START = 6;
    public static final int ENVIRONMENT_END = 7;
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
        // Where things are is for those who may trace the process, proc(5).
        boolean tells = process.mayBeTraced();
        places(out, process, tells, CODE_START, STACK_START);
        // kstkesp, kstkeip: only told of a process that dumps its core
        zeros(out, 2);
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
        // delayacct_blkio_ticks, guest_time, cguest_time, start_data, end_data
        zeros(out, 5);
        places(out, process, tells, HEAP_START, ENVIRONMENT_END);
        put(out, tells ? process.exitStatus() : 0);
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

    private static void places(Text out, ProcessView process, boolean tells, int first, int last) {
        for (int part = first; part <= last; part++) {
            out.character(' ').unsigned(tells ? process.place(part) : 0);
        }
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

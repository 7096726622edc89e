package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** /proc/PID/status, proc(5). */
final class ProcessStatus {
    private static final int RLIMIT_SIGPENDING = 11;
    private static final int KB = 1024;
    private static final int PAGE_KB = 4;

    private ProcessStatus() {
    }

    static void write(Text out, ProcessView process) {
        out.add("Name:\t");
        process.name(out);
        out.add("\nUmask:\t").octal(process.umask(), 4);
        out.add("\nState:\t").character(process.state()).add(stateName(process.state()));
        line(out, "Tgid", process.pid());
        line(out, "Ngid", 0);
        line(out, "Pid", process.tid());
        line(out, "PPid", process.parentPid());
        line(out, "TracerPid", process.tracerPid());
        identities(out, process);
        out.add("\nNStgid:");
        process.numbers(out, ProcessView.PROCESS);
        out.add("NSpid:");
        process.numbers(out, ProcessView.THREAD);
        out.add("NSpgid:");
        process.numbers(out, ProcessView.GROUP);
        out.add("NSsid:");
        process.numbers(out, ProcessView.SESSION);
        out.add("Kthread:\t0");
        out.newline();
        memory(out, process);
        out.add("CoreDumping:\t0\nTHP_enabled:\t0\nThreads:\t").number(process.threads());
        out.add("\nSigQ:\t").number(process.queuedSignals()).character('/')
                .unsigned(process.softLimit(RLIMIT_SIGPENDING));
        mask(out, "SigPnd", process.pendingSignals());
        mask(out, "ShdPnd", process.sharedPendingSignals());
        mask(out, "SigBlk", process.blockedSignals());
        mask(out, "SigIgn", process.ignoredSignals());
        mask(out, "SigCgt", process.caughtSignals());
        mask(out, "CapInh", process.inheritable());
        mask(out, "CapPrm", process.permitted());
        mask(out, "CapEff", process.effective());
        mask(out, "CapBnd", process.bounding());
        mask(out, "CapAmb", process.ambient());
        line(out, "NoNewPrivs", process.noNewPrivileges() ? 1 : 0);
        line(out, "Seccomp", process.seccompMode());
        line(out, "Seccomp_filters", process.seccompFilters());
        out.add("\nCpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t1\nMems_allowed_list:\t0");
        line(out, "voluntary_ctxt_switches", process.switches());
        line(out, "nonvoluntary_ctxt_switches", 0);
        out.newline();
    }

    private static void identities(Text out, ProcessView process) {
        out.add("\nUid:");
        for (int which = ProcessView.REAL; which <= ProcessView.FILE_SYSTEM; which++) {
            out.character('\t').number(process.shownUser(process.userId(which)));
        }
        out.add("\nGid:");
        for (int which = ProcessView.REAL; which <= ProcessView.FILE_SYSTEM; which++) {
            out.character('\t').number(process.shownGroup(process.groupId(which)));
        }
        line(out, "FDSize", process.descriptorCapacity());
        out.add("\nGroups:\t");
        for (int i = 0; i < process.groups(); i++) {
            out.number(process.shownGroup(process.groupAt(i))).character(' ');
        }
    }

    private static void memory(Text out, ProcessView process) {
        if (process.mappings() == 0) {
            return;
        }
        long data = 0;
        long stack = 0;
        long text = 0;
        long files = 0;
        MappingView mapping = new MappingView();
        for (int i = 0; i < process.mappings() && process.mapping(i, mapping); i++) {
            long kb = (mapping.end - mapping.start) / KB;
            boolean isStack = mapping.label != null && mapping.label.startsWith("[stack");
            if (isStack) {
                stack += kb;
            } else if ((mapping.protection & MappingView.EXECUTE) != 0) {
                text += kb;
            } else if ((mapping.protection & MappingView.WRITE) != 0 && !mapping.shared) {
                data += kb;
            }
            files += mapping.inode != null ? kb : 0;
        }
        long residentKb = process.residentPages() * PAGE_KB;
        kilobytes(out, "VmPeak", process.virtualBytes() / KB);
        kilobytes(out, "VmSize", process.virtualBytes() / KB);
        kilobytes(out, "VmLck", process.lockedBytes() / KB);
        kilobytes(out, "VmPin", 0);
        kilobytes(out, "VmHWM", process.residentPagesMax() * PAGE_KB);
        kilobytes(out, "VmRSS", residentKb);
        // Pages are not counted by kind; what files could hold at most is the best that can be said.
        long fileKb = Math.min(residentKb, files);
        kilobytes(out, "RssAnon", residentKb - fileKb);
        kilobytes(out, "RssFile", fileKb);
        kilobytes(out, "RssShmem", 0);
        kilobytes(out, "VmData", data);
        kilobytes(out, "VmStk", stack);
        kilobytes(out, "VmExe", text);
        kilobytes(out, "VmLib", 0);
        kilobytes(out, "VmPTE", 0);
        kilobytes(out, "VmSwap", 0);
        kilobytes(out, "HugetlbPages", 0);
    }

    private static String stateName(int state) {
        switch (state) {
            case 'R':
                return " (running)";
            case 'T':
                return " (stopped)";
            case 't':
                return " (tracing stop)";
            case 'Z':
                return " (zombie)";
            default:
                return " (sleeping)";
        }
    }

    private static void line(Text out, String name, long value) {
        out.newline().add(name).add(":\t").number(value);
    }

    private static void mask(Text out, String name, long value) {
        out.newline().add(name).add(":\t").hex(value, 16);
    }

    private static void kilobytes(Text out, String name, long kb) {
        out.add(name).add(":\t").number(kb, 8, ' ').add(" kB\n");
    }
}

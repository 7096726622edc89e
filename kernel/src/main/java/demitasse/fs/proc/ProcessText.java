package demitasse.fs.proc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;

/** The texts of /proc/PID, by kind in the order of {@link ProcessDirectory}'s names. */
final class ProcessText extends Content {
    static final int STAT = 0;
    static final int STATUS = 1;
    static final int STATM = 2;
    static final int MAPS = 3;
    static final int CMDLINE = 4;
    static final int COMM = 5;
    static final int ENVIRON = 6;
    static final int AUXV = 7;
    static final int LIMITS = 8;
    static final int MOUNTS = 9;
    static final int MOUNTINFO = 10;
    static final int OOM_SCORE_ADJ = 11;
    static final int OOM_SCORE = 12;
    static final int CGROUP = 13;
    static final int IO = 14;
    static final int WCHAN = 15;
    static final int LOGINUID = 16;
    static final int SESSIONID = 17;
    static final int SMAPS = 18;
    static final int PERSONALITY = 19;
    static final int SETGROUPS = 20;
    static final int UID_MAP = 21;
    static final int GID_MAP = 22;
    static final int COREDUMP_FILTER = 23;
    static final int CHILDREN = 24;
    static final int SYSCALL = 25;
    static final int SMAPS_ROLLUP = 26;
    static final int TIMERSLACK = 27;
    static final int MOUNTSTATS = 28;
    static final int NUMA_MAPS = 29;
    static final int CLEAR_REFS = 30;
    private static final int CLEAR_REFS_MAX = 4;
    private static final long UNSET_ID = 4294967295L;

    private final ProcFileSystem fileSystem;
    private final int pid;
    private final int tid;
    private final int kind;

    ProcessText(ProcFileSystem fileSystem, int pid, int tid, int kind) {
        this.fileSystem = fileSystem;
        this.pid = pid;
        this.tid = tid;
        this.kind = kind;
    }

    static int mode(int kind) {
        switch (kind) {
            case ENVIRON, AUXV, IO, PERSONALITY, SYSCALL:
                return 0400;
            case TIMERSLACK:
                return 0666;
            case CLEAR_REFS:
                return 0200;
            case COMM, OOM_SCORE_ADJ, LOGINUID, SETGROUPS, UID_MAP, GID_MAP, COREDUMP_FILTER:
                return 0644;
            default:
                return 0444;
        }
    }

    /** What is about memory is for those who may trace the process, ptrace(2) PTRACE_MODE_READ_FSCREDS. */
    @Override
    int admit() {
        ProcessView process = fileSystem.processes().find(pid, tid);
        if (process == null) {
            return -ESRCH;
        }
        boolean hasMemory = process.memoryIdentity() != null;
        switch (kind) {
            case MAPS, SMAPS, NUMA_MAPS:
                return process.mayBeTraced() ? 0 : -EACCES;
            case ENVIRON, AUXV, SMAPS_ROLLUP:
                return !process.mayBeTraced() ? -EACCES : hasMemory ? 0 : -ESRCH;
            case MOUNTS, MOUNTINFO, MOUNTSTATS:
                return process.mounts() == null ? -EINVAL : 0;
            default:
                return 0;
        }
    }

    /** For the others that tell more than everybody is to know, reading is refused: 0 or -errno. */
    private int refusal(ProcessView process) {
        switch (kind) {
            case IO, SYSCALL, PERSONALITY:
                return process.mayBeTraced() ? 0 : -EACCES;
            case TIMERSLACK:
                return process.maySchedule() ? 0 : -EPERM;
            case SMAPS_ROLLUP:
                return process.memoryIdentity() == null ? -ESRCH : 0;
            default:
                return 0;
        }
    }

    @Override
    int write(Text out) {
        ProcessView process = fileSystem.processes().find(pid, tid);
        int refusal = process == null ? -ESRCH : refusal(process);
        if (refusal < 0) {
            return refusal;
        }
        switch (kind) {
            case STAT:
                ProcessStat.stat(out, process);
                return 0;
            case STATUS:
                ProcessStatus.write(out, process);
                return 0;
            case STATM:
                ProcessStat.statm(out, process);
                return 0;
            case MAPS:
                return new MapsText(fileSystem).write(out, process, false);
            case SMAPS:
                return new MapsText(fileSystem).write(out, process, true);
            case SMAPS_ROLLUP:
                return new MapsText(fileSystem).writeSum(out, process);
            case CLEAR_REFS:
                return -EINVAL;
            case CMDLINE:
                return process.commandLine(out);
            case ENVIRON:
                return process.environment(out);
            case AUXV:
                return process.auxiliary(out);
            case COMM:
                process.name(out);
                out.newline();
                return 0;
            case LIMITS:
                LimitsText.write(out, process);
                return 0;
            case MOUNTS, MOUNTINFO, MOUNTSTATS:
                return new MountsText(fileSystem, process).write(out, kind);
            case NUMA_MAPS:
                return new MapsText(fileSystem).writeNodes(out, process);
            case SYSCALL:
                process.systemCall(out);
                return 0;
            default:
                small(out, process);
                return 0;
        }
    }

    private void small(Text out, ProcessView process) {
        switch (kind) {
            case OOM_SCORE_ADJ:
                out.number(process.oomAdjustment()).newline();
                break;
            case OOM_SCORE:
                out.number(process.oomScore()).newline();
                break;
            case CGROUP:
                out.add("0::/\n");
                break;
            case IO:
                process.inputAndOutput(out);
                // Nothing of it comes from a disk or goes to one.
                out.add("read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n");
                break;
            case LOGINUID, SESSIONID:
                out.number((kind == LOGINUID ? process.loginUid() : process.loginSession()) & UNSET_ID);
                break;
            case PERSONALITY:
                out.hex(process.personality(), 8).newline();
                break;
            case COREDUMP_FILTER:
                if (process.memoryIdentity() != null) {
                    out.hex(process.coreFilter(), 8).newline();
                }
                break;
            case CHILDREN:
                process.children(out);
                break;
            case TIMERSLACK:
                out.number(process.timerSlackNs()).newline();
                break;
            case SETGROUPS:
                out.add(process.allowsSetgroups() ? "allow\n" : "deny\n");
                break;
            case UID_MAP, GID_MAP:
                process.idMap(out, kind == GID_MAP);
                break;
            default:
                // wchan: nothing waits inside the kernel.
                out.add("0");
        }
    }

    @Override
    Object opener() {
        return kind == UID_MAP || kind == GID_MAP ? fileSystem.processes().asker() : null;
    }

    @Override
    int accept(Object opener, long address, int lengthBytes) {
        if (kind != UID_MAP && kind != GID_MAP) {
            return accept(address, lengthBytes);
        }
        ProcessView process = fileSystem.processes().find(pid, tid);
        int error = process == null ? -ESRCH : process.setIdMap(opener, kind == GID_MAP, address, lengthBytes);
        return error < 0 ? error : lengthBytes;
    }

    @Override
    int accept(long address, int lengthBytes) {
        ProcessView process = fileSystem.processes().find(pid, tid);
        if (process == null) {
            return -ESRCH;
        }
        if (kind == COMM) {
            int result = process.rename(address, lengthBytes);
            return result < 0 ? result : lengthBytes;
        }
        if (kind == COREDUMP_FILTER) {
            long filter = Numbers.parse(address, lengthBytes);
            if (filter == Numbers.NONE) {
                return -EINVAL;
            }
            process.setCoreFilter((int) filter);
            return lengthBytes;
        }
        if (kind == LOGINUID) {
            long uid = Numbers.parseUnsigned(address, lengthBytes);
            int session = uid == UNSET_ID ? -1 : fileSystem.nextLoginSession();
            int error = Long.compareUnsigned(uid, UNSET_ID) > 0 ? -EINVAL : process.setLogin((int) uid, session);
            return error < 0 ? error : lengthBytes;
        }
        if (kind == TIMERSLACK) {
            long slackNs = Numbers.parse(address, lengthBytes);
            int error = slackNs == Numbers.NONE ? -EINVAL : process.setTimerSlackNs(slackNs);
            return error < 0 ? error : lengthBytes;
        }
        if (kind == CLEAR_REFS) {
            // Which pages were used or written since is not kept, as without CONFIG_MEM_SOFT_DIRTY of Linux.
            long what = Numbers.parse(address, lengthBytes);
            return what >= 1 && what <= CLEAR_REFS_MAX ? lengthBytes : -EINVAL;
        }
        if (kind == SETGROUPS) {
            boolean allow = says(address, lengthBytes, "allow");
            int error = !allow && !says(address, lengthBytes, "deny") ? -EINVAL : process.setAllowsSetgroups(allow);
            return error < 0 ? error : lengthBytes;
        }
        return kind == OOM_SCORE_ADJ ? adjust(process, address, lengthBytes) : -EINVAL;
    }

    /** Whether a word stands there, and only white space behind it. */
    private static boolean says(long address, int lengthBytes, String word) {
        boolean same = Numbers.endOfText(address, lengthBytes) == word.length();
        for (int i = 0; same && i < word.length(); i++) {
            same = Memory.getByte(address + i) == word.charAt(i);
        }
        return same;
    }

    private static int adjust(ProcessView process, long address, int lengthBytes) {
        int end = Numbers.endOfText(address, lengthBytes);
        boolean negative = end > 0 && Memory.getByte(address) == '-';
        int value = 0;
        for (int i = negative ? 1 : 0; i < end; i++) {
            int digit = Memory.getByte(address + i) - '0';
            if (digit < 0 || digit > 9 || value > 1000) {
                return -EINVAL;
            }
            value = value * 10 + digit;
        }
        if (value > 1000 || end == 0) {
            return -EINVAL;
        }
        process.setOomAdjustment(negative ? -value : value);
        return lengthBytes;
    }
}

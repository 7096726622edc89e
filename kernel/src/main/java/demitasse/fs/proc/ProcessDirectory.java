package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;

/** /proc/PID, and /proc/PID/task/TID, which lacks a few of the entries. */
final class ProcessDirectory extends ProcDirectory {
    private static final String[] NAMES = {"task", "fd", "fdinfo", "net", "ns", "exe", "cwd", "root",
        "stat", "status", "statm", "maps", "cmdline", "comm", "environ", "auxv", "limits", "mounts", "mountinfo",
        "oom_score_adj", "oom_score", "cgroup", "io", "wchan", "loginuid", "sessionid", "smaps", "personality",
        "setgroups", "uid_map", "gid_map", "coredump_filter", "children", "syscall", "smaps_rollup", "timerslack_ns",
        "mountstats", "numa_maps", "clear_refs", "mem", "pagemap"};
    private static final int TASK = 0;
    private static final int FD = 1;
    private static final int FDINFO = 2;
    private static final int NET = 3;
    private static final int NS = 4;
    private static final int EXE = 5;
    private static final int CWD = 6;
    private static final int ROOT = 7;
    /** From here on the entries are texts; {@link ProcessText} counts from here. */
    private static final int FIRST_TEXT = 8;
    /** The last of them is none, but the memory itself. */
    private static final int MEM = FIRST_TEXT + ProcessText.CLEAR_REFS + 1;
    private static final int PAGE_MAP = MEM + 1;

    /** No process has that number. */
    private static final int GONE = -1;

    private final int tid;
    /** Who has the number later is another process, whose this directory is not. */
    private final long startedNs;
    private final boolean ofThread;

    /** @param ofThread below /proc/PID/task, where the first thread stands as well */
    ProcessDirectory(ProcFileSystem fileSystem, int pid, int tid, boolean ofThread) {
        super(fileSystem, numberOf(tid, 0, ofThread), 0555, pid);
        this.tid = tid;
        startedNs = fileSystem.processes().find(pid, tid).startedNs();
        this.ofThread = ofThread;
    }

    static long numberOf(int tid, int entry, boolean ofThread) {
        return (ofThread ? 1L << 62 : 0) | (long) tid << 24 | entry;
    }

    @Override
    boolean isThere() {
        return find() != null;
    }

    private ProcessView find() {
        ProcessView process = fileSystem.processes().find(owner, tid);
        return process == null || process.startedNs() != startedNs ? null : process;
    }

    @Override
    int processId() {
        ProcessView process = ofThread ? null : find();
        return ofThread ? 0 : process == null ? GONE : process.id();
    }

    @Override
    int links() {
        return 10;
    }

    @Override
    long list(DirectorySink sink, long from) {
        long position = from;
        for (; position - FIRST < NAMES.length; position++) {
            int entry = (int) (position - FIRST);
            if (entry == TASK && ofThread) {
                continue;
            }
            Name name = fileSystem.names().of(NAMES[entry]);
            if (!sink.entry(name, numberOf(tid, entry + 1, ofThread), typeOf(entry), position + 1)) {
                break;
            }
        }
        return position;
    }

    private static int typeOf(int entry) {
        return entry <= NS ? DIRECTORY : entry < FIRST_TEXT ? LINK : REGULAR;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        if (!isThere()) {
            return -ESRCH;
        }
        for (int entry = ofThread ? FD : TASK; entry < NAMES.length; entry++) {
            if (name.is(NAMES[entry])) {
                out.value = make(entry);
                return 0;
            }
        }
        return -ENOENT;
    }

    private ProcInode make(int entry) {
        long inode = numberOf(tid, entry + 1, ofThread);
        switch (entry) {
            case TASK:
                return new TaskDirectory(fileSystem, inode, owner);
            case FD:
                return new DescriptorDirectory(fileSystem, inode, owner, false);
            case FDINFO:
                return new DescriptorDirectory(fileSystem, inode, owner, true);
            case NET:
                return fileSystem.net();
            case NS:
                return new NamespaceDirectory(fileSystem, inode, owner, tid);
            case EXE:
                return new LinkFile(fileSystem, inode, 0777, owner, LinkFile.EXECUTABLE, 0, null);
            case CWD:
                return new LinkFile(fileSystem, inode, 0777, owner, LinkFile.DIRECTORY, 0, null);
            case ROOT:
                return new LinkFile(fileSystem, inode, 0777, owner, LinkFile.ROOT, 0, null);
            case MEM:
                return new MemoryFile(fileSystem, inode, owner, tid);
            case PAGE_MAP:
                return new PageMapFile(fileSystem, inode, owner, tid);
            default:
                int kind = entry - FIRST_TEXT;
                return new TextFile(fileSystem, inode, ProcessText.mode(kind), owner,
                        new ProcessText(fileSystem, owner, tid, kind));
        }
    }
}

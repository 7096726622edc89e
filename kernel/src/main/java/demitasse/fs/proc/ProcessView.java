package demitasse.fs.proc;

import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.MountedTree;
import demitasse.vfs.Path;

/** What procfs tells of one process, proc(5); to be used at once, since the process may be gone later. */
public interface ProcessView {
    /** {@link #identity}: which of a process' user or group ids. */
    int REAL = 0;
    int EFFECTIVE = 1;
    int SAVED = 2;
    int FILE_SYSTEM = 3;

    /** By which the instance knows the process, whatever it is called in the namespace that is shown. */
    int id();

    int pid();

    int tid();

    int parentPid();

    /** {@link #numbers}: what is numbered. */
    int PROCESS = 0;
    int THREAD = 1;
    int GROUP = 2;
    int SESSION = 3;

    /** The numbers in all PID namespaces from the one shown to its own, each behind a tab, and the end of the line. */
    void numbers(Text out, int which);

    int group();

    int session();

    /** The device number of its controlling terminal; 0 without one. */
    int terminalDevice();

    /** The foreground process group of its terminal; -1 without one. */
    int terminalGroup();

    /** R, S, T, t or Z, proc(5). */
    int state();

    /** The name of the thread, comm in proc(5). */
    void name(Text out);

    /** Takes a new name; 0 or -errno. */
    int rename(long address, int lengthBytes);

    int threads();

    /** The next thread id after a number; -1 when there is none. */
    int threadAfter(int tid);

    int userId(int which);

    int groupId(int which);

    /** What the program that asks is told for a user or group id. */
    int shownUser(int uid);

    int shownGroup(int gid);

    /** /proc/PID/uid_map, or gid_map, and writing it: 0 or -errno. The opener is {@link Processes#asker} of then. */
    void idMap(Text out, boolean ofGroups);

    int setIdMap(Object opener, boolean ofGroups, long address, int lengthBytes);

    /** /proc/PID/setgroups, and writing it: 0 or -errno. */
    boolean allowsSetgroups();

    int setAllowsSetgroups(boolean allows);

    int groups();

    int groupAt(int index);

    int umask();

    int nice();

    /** mlock(2). */
    long lockedBytes();

    /** sched(7): the policy, and the priority of a real-time one. */
    int policy();

    int realTimePriority();

    /** seccomp(2): 0 for none, 1 strict, 2 filters. */
    int seccompMode();

    int seccompFilters();

    /** In units of 1/100 s. */
    long userTicks();

    long kernelTicks();

    long childrenTicks();

    /** When it began, which tells it apart from one that has its number later. */
    long startedNs();

    /** Since the system began, in units of 1/100 s. */
    long startedTicks();

    long switches();

    long pendingSignals();

    long sharedPendingSignals();

    int queuedSignals();

    long blockedSignals();

    long ignoredSignals();

    long caughtSignals();

    /** Sets of capabilities(7), one bit each. */
    long inheritable();

    long permitted();

    long effective();

    long bounding();

    long ambient();

    boolean noNewPrivileges();

    /** See getrlimit(2); -1 for infinity. */
    long softLimit(int resource);

    long hardLimit(int resource);

    /** As wait(2) tells. */
    int exitStatus();

    long virtualBytes();

    long residentPages();

    long residentPagesMax();

    int mappings();

    /** Fills in a mapping; false when there is no such index any more. */
    boolean mapping(int index, MappingView out);

    /** Fills in what smaps tells besides; after {@link #mapping} with the same index. */
    void measure(int index, MappingView out);

    /** The arguments, NUL-terminated, as they stand in the program's memory now; 0 or -errno. */
    int commandLine(Text out);

    int environment(Text out);

    int auxiliary(Text out);

    /** The next open descriptor at or after a number; -1 when there is none. */
    int descriptorFrom(int fd);

    /** Borrowed; null for a bad descriptor. */
    FileHandle file(int fd);

    boolean isCloseOnExec(int fd);

    int descriptorCapacity();

    /** Each sets the place, or answers false when there is none (a zombie). */
    boolean executable(Path out);

    boolean directory(Path out);

    boolean root(Path out);

    /** The file of one of its namespaces, by the order of {@link NamespaceDirectory}: 0, -EACCES or -ENOENT. */
    int namespace(int which, Path out);

    /** The mounts that it sees; null for a zombie. */
    MountedTree mounts();

    int oomAdjustment();

    /** How likely it is to be killed when memory is exhausted, 0 to 2000. */
    int oomScore();

    void setOomAdjustment(int value);

    /** The process that traces the thread, ptrace(2); 0 for none. */
    int tracerPid();

    /** The pids of the children that the thread is the parent of, each with a blank behind it. */
    void children(Text out);

    /** /proc/PID/syscall, proc(5). */
    void systemCall(Text out);

    /** /proc/PID/loginuid; -1 for nobody. */
    int loginUid();

    /** /proc/PID/sessionid; -1 for none. */
    int loginSession();

    /** Says who logged in; 0, or -EPERM when that is known already, or not of the one who says so. */
    int setLogin(int uid, int session);

    /** The first four lines of /proc/PID/io, proc(5). */
    void inputAndOutput(Text out);

    /** personality(2). */
    int personality();

    /** Where a part of the program is, as the constants of {@link ProcessStat} count them; 0 without a program. */
    long place(int part);

    /** /proc/PID/coredump_filter, core(5). */
    int coreFilter();

    void setCoreFilter(int value);

    /** PR_SET_TIMERSLACK of prctl(2). */
    long timerSlackNs();

    /** Sets it, 0 to what the thread was made with; 0, or -EPERM for those who may not trace it. */
    int setTimerSlackNs(long value);

    /** What tells its memory from another that it may have later, by execve(2); null without any. */
    Object memoryIdentity();

    /** Whether it may leave a core, prctl(2) PR_SET_DUMPABLE; a process that may not is root's, proc(5). */
    boolean mayBeDumped();

    /** Whether the current process may look at its memory and change it, ptrace(2) PTRACE_MODE_ATTACH. */
    boolean mayBeTraced();

    /** Whether the current process may ask how the thread is scheduled: the thread itself, and CAP_SYS_NICE. */
    boolean maySchedule();

    /** Whether the current process may learn where in memory a page stands: CAP_SYS_ADMIN. */
    boolean mayShowFrames();

    /** The word of /proc/PID/pagemap for the page at an address. */
    long pageState(long address);

    /** Copies its memory as a debugger sees it: the bytes copied, or -EIO. */
    long readMemory(long address, long target, long lengthBytes);

    long writeMemory(long address, long source, long lengthBytes);
}

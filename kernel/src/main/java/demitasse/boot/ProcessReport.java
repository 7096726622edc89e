package demitasse.boot;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Text;
import demitasse.fs.proc.MappingView;
import demitasse.fs.proc.ProcessStat;
import demitasse.machine.UserContext;
import demitasse.posix.debug.CoreDump;
import demitasse.posix.debug.Tracing;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.DebugAccess;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.MemoryLock;
import demitasse.posix.memory.MemoryPolicy;
import demitasse.posix.memory.MemoryUse;
import demitasse.posix.memory.ProgramPlace;
import demitasse.posix.memory.SharedMemory;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.signal.Dispositions;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.IoCounts;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;

/** One process, as procfs asks about it. */
final class ProcessReport extends ProcessIdentity {
    private static final long NS_PER_TICK = 10_000_000L;
    private static final int SIGNALS = 64;

    ProcessReport(Instance instance, PidNamespace namespace, Process process, Task thread) {
        super(instance, namespace, process, thread);
    }

    @Override
    public int state() {
        if (process.isZombie() || thread == null) {
            return 'Z';
        }
        if (thread.isTrapped()) {
            return 't';
        }
        return process.isStopped() ? 'T' : thread.isParked() || process.isInit() ? 'S' : 'R';
    }

    @Override
    public void name(Text out) {
        if (thread != null) {
            for (int i = 0; i < thread.name().length(); i++) {
                out.character(thread.name().at(i));
            }
        }
    }

    @Override
    public int rename(long address, int lengthBytes) {
        if (thread == null || instance.current() == null || instance.current().process() != process) {
            return -EINVAL;
        }
        thread.name().set(address, lengthBytes);
        return 0;
    }

    @Override
    public int threads() {
        return process.taskCount();
    }

    @Override
    public int threadAfter(int tid) {
        int next = -1;
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            int number = namespace.numberOf(task.tid());
            if (number > tid && (next < 0 || number < next)) {
                next = number;
            }
        }
        return next;
    }

    @Override
    public int umask() {
        return process.umask();
    }

    @Override
    public int nice() {
        return thread == null ? 0 : thread.scheduling().nice();
    }

    @Override
    public long lockedBytes() {
        return process.memory() == null ? 0 : MemoryLock.bytesWith(process.memory(), 0, 0);
    }

    @Override
    public int policy() {
        return thread == null ? 0 : thread.scheduling().policy();
    }

    @Override
    public int realTimePriority() {
        return thread == null ? 0 : thread.scheduling().priority();
    }

    @Override
    public int seccompMode() {
        return thread == null || thread.filter() == null ? 0 : thread.filter().mode();
    }

    @Override
    public int seccompFilters() {
        return thread == null || thread.filter() == null ? 0 : thread.filter().count();
    }

    @Override
    public long userTicks() {
        return (thread == null ? process.usage().cpuNs() : thread.scheduling().cpuNs(instance.nowNs())) / NS_PER_TICK;
    }

    /** Kernel time is not told from user time: most calls are over before a clock could be read. */
    @Override
    public long kernelTicks() {
        return 0;
    }

    @Override
    public long childrenTicks() {
        return process.usage().childrenCpuNs() / NS_PER_TICK;
    }

    @Override
    public long startedNs() {
        return process.startedNs();
    }

    @Override
    public long startedTicks() {
        return (process.startedNs() - instance.startedNs()) / NS_PER_TICK;
    }

    @Override
    public long switches() {
        return thread == null ? 0 : thread.scheduling().switches();
    }

    @Override
    public long pendingSignals() {
        return thread == null ? 0 : thread.signals().pending().set();
    }

    @Override
    public long sharedPendingSignals() {
        return process.signals().pending().set();
    }

    @Override
    public int queuedSignals() {
        return instance.signalInfos().waitingFor(credentials().uid);
    }

    @Override
    public long blockedSignals() {
        return thread == null ? 0 : thread.signals().mask();
    }

    @Override
    public long ignoredSignals() {
        return signalsWith(true);
    }

    @Override
    public long caughtSignals() {
        return signalsWith(false);
    }

    private long signalsWith(boolean ignored) {
        Dispositions dispositions = process.signals().dispositions();
        long set = 0;
        for (int signal = 1; signal <= SIGNALS; signal++) {
            boolean has = ignored ? dispositions.handler(signal) == Dispositions.SIG_IGN
                    : dispositions.hasHandler(signal);
            set |= has ? 1L << signal - 1 : 0;
        }
        return set;
    }

    @Override
    public boolean noNewPrivileges() {
        return process.settings().noNewPrivileges();
    }

    @Override
    public long softLimit(int resource) {
        return process.limits().soft(resource);
    }

    @Override
    public long hardLimit(int resource) {
        return process.limits().hard(resource);
    }

    @Override
    public int exitStatus() {
        return process.exitStatus();
    }

    @Override
    public long virtualBytes() {
        return process.memory() == null ? 0 : process.memory().mappedBytes();
    }

    @Override
    public long residentPages() {
        return process.memory() == null ? 0 : process.memory().residentPages();
    }

    @Override
    public long residentPagesMax() {
        return process.usage().residentPagesMax();
    }

    @Override
    public int mappings() {
        return process.memory() == null ? 0 : process.memory().mappingCount();
    }

    @Override
    public boolean mapping(int index, MappingView out) {
        UserSpace memory = process.memory();
        if (memory == null || index >= memory.mappingCount()) {
            return false;
        }
        Mapping mapping = memory.mapping(index);
        out.start = mapping.start();
        out.end = mapping.end();
        out.protection = mapping.protection();
        out.shared = mapping.isShared();
        out.offset = mapping.offset();
        out.file = mapping.file();
        out.inode = mapping.file() == null ? null : mapping.source();
        out.label = label(memory, mapping);
        out.name = mapping.name();
        return true;
    }

    @Override
    public void measure(int index, MappingView out) {
        Mapping mapping = process.memory().mapping(index);
        MemoryUse use = new MemoryUse();
        use.measure(process.memory(), mapping);
        out.residentBytes = use.residentBytes;
        out.proportionalBytes = use.proportionalBytes;
        out.sharedBytes = use.sharedBytes;
        out.anonymousBytes = use.anonymousBytes;
        out.lockedBytes = use.lockedBytes;
        out.traits = mapping.traits();
        MemoryPolicy policy = mapping.policy();
        MemoryPolicy own = thread == null ? null : thread.scheduling().memoryPolicy();
        out.policy = MemoryPolicy.textOf(policy == null ? own : policy);
    }

    /** In the words of Linux, where shared memory is a file that has no name any more. */
    private static String label(UserSpace memory, Mapping mapping) {
        if (mapping.isStack()) {
            return "[stack]";
        }
        if (mapping.isKernels()) {
            // Instructions that stand elsewhere than the program has them: Linux has such for uprobes.
            return mapping.isWindow() ? "[uprobes]"
                    : (mapping.protection() & MappingView.EXECUTE) != 0 ? "[vdso]" : "[vvar]";
        }
        if (mapping.source() instanceof SharedMemory && mapping.file() == null) {
            return "/dev/zero (deleted)";
        }
        boolean heap = mapping.isAnonymous() && mapping.start() < memory.heap().end()
                && mapping.end() > memory.heap().start();
        return heap ? "[heap]" : null;
    }

    @Override
    public int commandLine(Text out) {
        ProgramPlace program = program();
        return program == null ? 0 : copy(out, program.argumentsStart(), program.argumentsEnd());
    }

    @Override
    public int environment(Text out) {
        ProgramPlace program = program();
        return program == null ? 0 : copy(out, program.environmentStart(), program.environmentEnd());
    }

    @Override
    public int auxiliary(Text out) {
        ProgramPlace program = program();
        return program == null ? 0
                : copy(out, program.auxiliaryStart(), program.auxiliaryStart() + program.auxiliaryBytes());
    }

    private ProgramPlace program() {
        return process.memory() == null ? null : process.memory().program();
    }

    /** What the program has made of its memory meanwhile is not our business; what it unmapped ends the text. */
    private int copy(Text out, long start, long end) {
        int length = (int) Math.min(Math.max(0, end - start), out.freeBytes());
        long copied = length == 0 ? 0 : process.memory().copyInPartly(start, out.endAddress(), length);
        if (copied == length) {
            out.appended((int) Math.min(Integer.MAX_VALUE >> 1, end - start));
        } else if (copied > 0) {
            out.appended((int) copied);
        }
        return 0;
    }

    @Override
    public int descriptorFrom(int fd) {
        return process.files().next(fd);
    }

    @Override
    public FileHandle file(int fd) {
        return process.files().at(fd);
    }

    @Override
    public boolean isCloseOnExec(int fd) {
        return process.files().isCloseOnExec(fd);
    }

    @Override
    public int descriptorCapacity() {
        return process.files().capacity();
    }

    @Override
    public boolean executable(Path out) {
        FileHandle file = program() == null ? null : program().file();
        return file != null && file.path() != null && set(out, file.path());
    }

    @Override
    public boolean directory(Path out) {
        return set(out, process.directory());
    }

    @Override
    public boolean root(Path out) {
        return set(out, process.root());
    }

    private static boolean set(Path out, Path place) {
        if (place.isSet()) {
            out.set(place);
        }
        return place.isSet();
    }

    @Override
    public int oomAdjustment() {
        return process.settings().oomAdjustment();
    }

    @Override
    public int oomScore() {
        return instance.outOfMemory().score(process);
    }

    @Override
    public void setOomAdjustment(int value) {
        process.settings().setOomAdjustment(value);
    }

    @Override
    public int tracerPid() {
        return thread == null || thread.tracee() == null ? 0 : namespace.numberOf(thread.tracee().tracer().pid());
    }

    /** The kernel does not keep which thread made a process: the main one is the parent of all. */
    @Override
    public void children(Text out) {
        boolean asks = thread == null || thread.tid() == process.pid();
        for (Process child = process.firstChild(); asks && child != null; child = process.siblingAfter(child)) {
            out.number(namespace.numberOf(child.pid())).character(' ');
        }
    }

    @Override
    public void systemCall(Text out) {
        if (thread == null || !thread.isParked() && !thread.isTrapped() && thread != instance.current()) {
            out.add("running\n");
            return;
        }
        UserContext registers = thread.context();
        long number = registers.register(UserContext.ORIG_RAX);
        out.number(number);
        int[] arguments = {UserContext.RDI, UserContext.RSI, UserContext.RDX, UserContext.R10, UserContext.R8,
            UserContext.R9};
        for (int i = 0; i < arguments.length && number >= 0; i++) {
            out.add(" 0x").hex(registers.register(arguments[i]), 1);
        }
        out.add(" 0x").hex(registers.register(UserContext.RSP), 1);
        long place = process.memory().programAddress(registers.register(UserContext.RIP));
        out.add(" 0x").hex(place, 1).newline();
    }

    @Override
    public int loginUid() {
        int uid = process.settings().loginUid();
        Task asking = instance.current();
        return uid == -1 || asking == null ? uid : asking.credentials().shownUid(uid);
    }

    @Override
    public int loginSession() {
        return process.settings().loginSession();
    }

    @Override
    public int setLogin(int uid, int session) {
        Task asking = instance.current();
        if (asking == null || asking != thread
                || loginUid() != -1 && !asking.credentials().may(Credentials.CAP_AUDIT_CONTROL)) {
            return -EPERM;
        }
        if (!asking.credentials().knowsUid(uid)) {
            return -EINVAL;
        }
        process.settings().setLogin(asking.credentials().uidOf(uid), session);
        return 0;
    }

    @Override
    public void inputAndOutput(Text out) {
        IoCounts io = thread != null && thread.tid() != process.pid() ? thread.io : process.usage().io();
        out.add("rchar: ").number(io.bytesRead()).add("\nwchar: ").number(io.bytesWritten());
        out.add("\nsyscr: ").number(io.readCalls()).add("\nsyscw: ").number(io.writeCalls()).newline();
    }

    @Override
    public int personality() {
        return process.settings().personality();
    }

    @Override
    public long place(int part) {
        ProgramPlace program = program();
        return program == null ? 0 : switch (part) {
            case ProcessStat.CODE_START -> program.start();
            case ProcessStat.CODE_END -> program.end();
            case ProcessStat.STACK_START -> program.stackStart();
            case ProcessStat.HEAP_START -> process.memory().heap().start();
            case ProcessStat.ARGUMENTS_START -> program.argumentsStart();
            case ProcessStat.ARGUMENTS_END, ProcessStat.ENVIRONMENT_START -> program.environmentStart();
            default -> program.environmentEnd();
        };
    }

    @Override
    public int coreFilter() {
        return process.settings().coreFilter();
    }

    @Override
    public void setCoreFilter(int value) {
        process.settings().setCoreFilter(value & CoreDump.FILTER_KNOWN);
    }

    @Override
    public long timerSlackNs() {
        return thread == null ? 0 : thread.scheduling().timerSlackNs();
    }

    @Override
    public int setTimerSlackNs(long value) {
        boolean may = thread != null && maySchedule();
        if (may) {
            thread.scheduling().setTimerSlackNs(value);
        }
        return may ? 0 : -EPERM;
    }

    @Override
    public boolean maySchedule() {
        Task asking = instance.current();
        return asking == thread || asking != null && asking.credentials().may(Credentials.CAP_SYS_NICE);
    }

    @Override
    public Object memoryIdentity() {
        return process.memory();
    }

    @Override
    public boolean mayBeDumped() {
        return process.memory() == null || process.settings().dumpable();
    }

    @Override
    public boolean mayBeTraced() {
        Task asking = instance.current();
        return asking == null || Tracing.isAllowed(asking, process, credentials());
    }

    @Override
    public boolean mayShowFrames() {
        Task asking = instance.current();
        return asking == null || asking.credentials().may(Credentials.CAP_SYS_ADMIN);
    }

    @Override
    public long pageState(long address) {
        return Advice.pageState(process.memory(), address);
    }

    @Override
    public long readMemory(long address, long target, long lengthBytes) {
        return new DebugAccess(process.memory()).read(address, target, lengthBytes);
    }

    @Override
    public long writeMemory(long address, long source, long lengthBytes) {
        return new DebugAccess(process.memory()).write(address, source, lengthBytes);
    }
}

package demitasse.posix.task;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.NamespaceSet;
import demitasse.posix.namespace.PidNamespace;

/** Makes a task in the likeness of another, clone(2): a thread, or the only task of a child process. */
public final class Cloning {
    public static final int CLONE_VM = 0x100;
    public static final int CLONE_FS = 0x200;
    public static final int CLONE_FILES = 0x400;
    public static final int CLONE_SIGHAND = 0x800;
    public static final int CLONE_PIDFD = 0x1000;
    public static final int CLONE_VFORK = 0x4000;
    public static final int CLONE_PARENT = 0x8000;
    public static final int CLONE_THREAD = 0x1_0000;
    public static final int CLONE_SYSVSEM = 0x4_0000;
    public static final int CLONE_SETTLS = 0x8_0000;
    public static final int CLONE_PARENT_SETTID = 0x10_0000;
    public static final int CLONE_CHILD_CLEARTID = 0x20_0000;
    public static final int CLONE_DETACHED = 0x40_0000;
    public static final int CLONE_UNTRACED = 0x80_0000;
    public static final int CLONE_CHILD_SETTID = 0x100_0000;
    public static final long CLONE_CLEAR_SIGHAND = 0x1_0000_0000L;

    /** What a task, and a process with its first task, take of the kernel's heap, about. */
    static final int TASK_BYTES = 2048;
    static final int PROCESS_BYTES = 8192;

    /** What clone(2) is asked. */
    public long flags;
    /** The new task's stack pointer; 0 for the same as its maker's. */
    public long stackPointer;
    public long parentTid;
    public long childTid;
    public long threadPointer;
    /** The numbers it is to have, clone3(2) set_tid, that of the innermost namespace first; null for any. */
    public int[] wantedTids;
    /** What its parent is sent when the child ends; 0 for nothing. */
    public int exitSignal;

    private boolean has(long flag) {
        return (flags & flag) != 0;
    }

    /** Makes it, not yet runnable. 0; -EAGAIN when there are too many; -EEXIST for a number in use; -ENOMEM. */
    public int make(Task maker, Ref<Task> out) {
        Instance instance = maker.process().instance();
        if (exceedsLimit(maker)) {
            return -EAGAIN;
        }
        Ref<Credentials> credentials = new Ref<>();
        credentials.value = maker.credentials();
        int error = has(Namespace.CLONE_NEWUSER) ? instance.namespaces().newUsers(maker, credentials) : 0;
        Ref<NamespaceSet> namespaces = new Ref<>();
        error = error < 0 ? error : namespaces(maker, credentials.value, namespaces);
        if (error == 0) {
            error = make(maker, credentials.value, namespaces.value, out);
        }
        instance.namespaces().copied(flags);
        if (error < 0 && namespaces.value != null) {
            namespaces.value.leave();
        }
        return error;
    }

    private int make(Task maker, Credentials who, NamespaceSet namespaces, Ref<Task> out) {
        Instance instance = maker.process().instance();
        PidNamespace numbers = has(CLONE_THREAD) ? maker.process().pidNamespace() : namespaces.pidsOfChildren();
        int tid = wantedTids == null ? instance.processes().allocateId() : allocate(maker, numbers);
        tid = tid == 0 ? -EAGAIN : tid;
        if (tid < 0) {
            return tid;
        }
        boolean room = JavaHeap.hasRoom(has(CLONE_THREAD) ? TASK_BYTES
                : PROCESS_BYTES + maker.process().files().copyBytes());
        UserContext context = room && numbers.isOpen() ? instance.newContext() : null;
        if (context == null) {
            return -ENOMEM;
        }
        Credentials credentials = who.inherited(has(CLONE_THREAD), instance.keys());
        numbers.enter(tid, wantedTids);
        Process process = has(CLONE_THREAD) ? maker.process() : child(maker, tid, numbers, credentials);
        if (process == null) {
            numbers.leave(tid);
            instance.release(context);
            return -ENOMEM;
        }
        if (has(Namespace.CLONE_NEWNS)) {
            process.places().follow(instance.namespaces());
        }
        Task task = new Task(process, tid, context);
        task.setNamespaces(namespaces);
        copyRegisters(maker, task);
        task.setCredentials(credentials);
        inherit(maker, task);
        if (!has(CLONE_THREAD)) {
            process.timers().limitCpu();
        }
        tellNumber(maker, task);
        out.value = task;
        return 0;
    }

    private void inherit(Task maker, Task task) {
        if (has(CLONE_THREAD)) {
            task.process().allPlaces().follow(task, maker);
        }
        task.setFilter(maker.filter());
        task.scheduling().inherit(maker.scheduling());
        task.name().set(maker.name());
        task.signals().inherit(maker.signals(), !has(CLONE_VM) || has(CLONE_VFORK));
        if (!has(CLONE_VM)) {
            task.setSequence(maker.sequence());
        }
    }

    private int namespaces(Task maker, Credentials who, Ref<NamespaceSet> out) {
        if (!has(Namespace.CLONE_NEW_OF_SET)) {
            out.value = maker.namespaces().share();
            return 0;
        }
        return maker.process().instance().namespaces().copy(maker, flags, who.users, out);
    }

    /** The number that it gets in the instance; 0 when there are too many; -EEXIST for one in use, -EINVAL, -EPERM. */
    @ColdPath("set_tid of clone3(2)")
    private int allocate(Task maker, PidNamespace numbers) {
        Processes processes = maker.process().instance().processes();
        int given = wantedTids.length;
        if (given > numbers.level() + 1) {
            return -EINVAL;
        }
        PidNamespace one = numbers;
        for (int i = 0; i < given; i++) {
            int error = one.refusal(wantedTids[i], processes, maker.credentials());
            if (error < 0) {
                return error;
            }
            one = one.parent();
        }
        return given <= numbers.level() ? processes.allocateId() : processes.isFull() ? 0 : wantedTids[given - 1];
    }

    /** RLIMIT_NPROC, getrlimit(2): no limit for root. */
    private static boolean exceedsLimit(Task maker) {
        long limit = maker.process().limits().soft(Limits.RLIMIT_NPROC);
        Credentials who = maker.credentials();
        boolean bound = who.uid != 0 && !who.may(Credentials.CAP_SYS_RESOURCE) && !who.may(Credentials.CAP_SYS_ADMIN);
        return bound && limit >= 0 && maker.process().instance().processes().countOf(who.uid) >= limit;
    }

    /** What cannot be stored is not: the task is there, clone(2). */
    private void tellNumber(Task maker, Task task) {
        if (has(CLONE_PARENT_SETTID)) {
            store(maker.process().memory(), parentTid, maker.process().numberOf(task.tid()));
        }
        if (has(CLONE_CHILD_SETTID)) {
            store(task.process().memory(), childTid, task.ownTid());
        }
        if (has(CLONE_CHILD_CLEARTID)) {
            task.setClearTid(childTid);
        }
    }

    private static void store(UserSpace memory, long address, int tid) {
        boolean aligned = (address & Integer.BYTES - 1) == 0;
        long word = aligned ? memory.reach(address, AddressSpace.WRITE) : 0;
        if (word != 0) {
            Memory.putInt(word, tid);
        }
    }

    private Process child(Task maker, int pid, PidNamespace numbers, Credentials credentials) {
        Process parent = maker.process();
        UserSpace memory = has(CLONE_VM) ? parent.memory() : parent.memory().fork(parent.instance().platform());
        if (memory == null) {
            return null;
        }
        Process child = new Process(parent.instance(), pid, numbers, memory,
                has(CLONE_FILES) ? parent.files().share() : parent.files().copy(), credentials,
                has(CLONE_FS) ? parent.places().share() : parent.places().copy());
        child.becomeChildOf(has(CLONE_PARENT) ? parent.parent() : parent);
        child.inherit(parent);
        child.setExitSignal(has(CLONE_PARENT) ? parent.exitSignal() : exitSignal);
        if (has(CLONE_VM)) {
            child.borrowMemory();
        }
        if (has(CLONE_VFORK)) {
            child.holdParent(maker);
        }
        if (has(CLONE_SIGHAND)) {
            child.signals().shareDispositions(parent.signals());
        } else if (has(CLONE_CLEAR_SIGHAND)) {
            child.signals().dispositions().copyIgnored(parent.signals().dispositions());
        } else {
            child.signals().dispositions().copyFrom(parent.signals().dispositions());
        }
        return child;
    }

    private void copyRegisters(Task maker, Task task) {
        Platform platform = maker.process().instance().platform();
        UserContext context = task.context();
        platform.saveVector(maker.context());
        Memory.copy(maker.context().address(), context.address(), platform.contextBytes());
        context.setRegister(UserContext.RAX, 0);
        context.setRegister(UserContext.FLAGS, UserContext.FULL | UserContext.VECTOR_VALID);
        if (stackPointer != 0) {
            context.setRegister(UserContext.RSP, stackPointer);
        }
        if (has(CLONE_SETTLS)) {
            context.setRegister(UserContext.FS_BASE, threadPointer);
        }
    }
}

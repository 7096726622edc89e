package demitasse.posix.task;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;

/** Makes a task in the likeness of another, clone(2): a thread, or the only task of a child that borrows the memory. */
public final class Cloning {
    public static final int CLONE_VM = 0x100;
    public static final int CLONE_FS = 0x200;
    public static final int CLONE_FILES = 0x400;
    public static final int CLONE_SIGHAND = 0x800;
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

    /** What clone(2) is asked. */
    public long flags;
    /** The new task's stack pointer; 0 for the same as its maker's. */
    public long stackPointer;
    public long parentTid;
    public long childTid;
    public long threadPointer;
    /** What its parent is sent when the child ends; 0 for nothing. */
    public int exitSignal;

    private boolean has(long flag) {
        return (flags & flag) != 0;
    }

    /** Makes it, not yet runnable. 0; -EAGAIN when there are too many; -ENOMEM; -EFAULT for what cannot be stored. */
    public int make(Task maker, Ref<Task> out) {
        Instance instance = maker.process().instance();
        int tid = instance.processes().allocateId();
        if (tid == 0) {
            return -EAGAIN;
        }
        if (has(CLONE_PARENT_SETTID) && !store(maker, parentTid, tid)
                || has(CLONE_CHILD_SETTID) && !store(maker, childTid, tid)) {
            return -EFAULT;
        }
        UserContext context = instance.newContext();
        if (context == null) {
            return -ENOMEM;
        }
        Process process = has(CLONE_THREAD) ? maker.process() : child(maker, tid);
        Task task = new Task(process, tid, context);
        copyRegisters(maker, task);
        task.name().set(maker.name());
        task.signals().inherit(maker.signals(), has(CLONE_VFORK));
        if (has(CLONE_CHILD_CLEARTID)) {
            task.setClearTid(childTid);
        }
        out.value = task;
        return 0;
    }

    private static boolean store(Task maker, long address, int tid) {
        boolean aligned = (address & Integer.BYTES - 1) == 0;
        long word = aligned ? maker.process().memory().reach(address, AddressSpace.WRITE) : 0;
        if (word != 0) {
            Memory.putInt(word, tid);
        }
        return word != 0;
    }

    private Process child(Task maker, int pid) {
        Process parent = maker.process();
        Credentials credentials = new Credentials();
        credentials.copyFrom(parent.credentials());
        Process child = new Process(parent.instance(), pid, parent.memory(), parent.files().copy(), credentials,
                parent.root(), parent.directory());
        child.becomeChildOf(has(CLONE_PARENT) && parent.parent() != null ? parent.parent() : parent);
        child.inherit(parent);
        child.setExitSignal(exitSignal);
        child.borrowMemory(has(CLONE_VFORK) ? maker : null);
        if (!has(CLONE_CLEAR_SIGHAND)) {
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

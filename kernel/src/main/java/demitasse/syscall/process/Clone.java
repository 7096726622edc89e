package demitasse.syscall.process;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.debug.Tracee;
import demitasse.posix.file.PidFile;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Call;
import demitasse.posix.task.Cloning;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scheduling;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** clone(2), clone3(2), vfork(2), fork(2). */
final class Clone {
    private static final int CSIGNAL = 0xff;
    /** Shares an I/O context: there are none, since no request for a disk ever waits. */
    private static final long CLONE_IO = 0x8000_0000L;
    /** struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid … */
    private static final int ARGS_BYTES_MIN = 64;
    private static final int ARGS_BYTES_KNOWN = 88;
    private static final int ARGS_BYTES_MAX = 4096;
    private static final int ARGS_PIDFD = 8;
    private static final int ARGS_CHILD_TID = 16;
    private static final int ARGS_PARENT_TID = 24;
    private static final int ARGS_EXIT_SIGNAL = 32;
    private static final int ARGS_STACK = 40;
    private static final int ARGS_STACK_BYTES = 48;
    private static final int ARGS_TLS = 56;
    private static final int ARGS_SET_TID = 64;
    private static final int ARGS_SET_TID_COUNT = 72;
    private static final long THREAD_FLAGS = Cloning.CLONE_VM | Cloning.CLONE_FS | Cloning.CLONE_FILES
            | Cloning.CLONE_SIGHAND | Cloning.CLONE_THREAD;
    private static final long NAMESPACES = Namespace.CLONE_NEW_OF_SET;
    /** A thread cannot be elsewhere than the others of its process, and nobody who shares what is to be another's. */
    private static final long PLACES = Namespace.CLONE_NEWNS | Namespace.CLONE_NEWUSER;
    private static final long APART = Namespace.CLONE_NEWPID | Namespace.CLONE_NEWUSER;
    private static final long SEMAPHORES = Cloning.CLONE_SYSVSEM | Namespace.CLONE_NEWIPC;
    private static final long HANDLERS = Cloning.CLONE_SIGHAND | Cloning.CLONE_CLEAR_SIGHAND;
    private static final long KNOWN_FLAGS = THREAD_FLAGS | Cloning.CLONE_VFORK | Cloning.CLONE_PARENT
            | Cloning.CLONE_PIDFD
            | Cloning.CLONE_SYSVSEM | Cloning.CLONE_SETTLS | Cloning.CLONE_PARENT_SETTID
            | Cloning.CLONE_CHILD_CLEARTID | Cloning.CLONE_DETACHED | Cloning.CLONE_UNTRACED
            | Cloning.CLONE_CHILD_SETTID | Cloning.CLONE_CLEAR_SIGHAND | CLONE_IO | NAMESPACES
            | Namespace.CLONE_NEWUSER;

    private Clone() {
    }

    @WarmPath("per system call")
    @Syscall(value = "clone", ignores = {"CLONE_IO"}, rejects = {"CLONE_PTRACE"})
    static long clone(Call call, long flags, long stack, long parentTid, long childTid, long tls) {
        if (call.attempt > 0) {
            return awaitChild(call);
        }
        Cloning request = new Cloning();
        request.flags = flags & ~CSIGNAL & 0xffff_ffffL;
        request.exitSignal = (int) flags & CSIGNAL;
        request.stackPointer = stack;
        request.parentTid = parentTid;
        request.childTid = childTid;
        request.threadPointer = tls;
        // One argument serves both, clone(2).
        int both = Cloning.CLONE_PIDFD | Cloning.CLONE_PARENT_SETTID;
        boolean clash = (request.flags & both) == both
                || (request.flags & Cloning.CLONE_PIDFD) != 0 && (request.flags & Cloning.CLONE_DETACHED) != 0;
        return clash ? -EINVAL : make(call, request, parentTid);
    }

    @WarmPath("per system call")
    @Syscall(value = "clone3", rejects = {"CLONE_NEWTIME", "CLONE_INTO_CGROUP"})
    static long clone3(Call call, long arguments, long sizeBytes) {
        if (call.attempt > 0) {
            return awaitChild(call);
        }
        if (Long.compareUnsigned(sizeBytes, ARGS_BYTES_MIN) < 0) {
            return -EINVAL;
        }
        if (Long.compareUnsigned(sizeBytes, ARGS_BYTES_MAX) > 0) {
            return -E2BIG;
        }
        int size = (int) sizeBytes;
        long copy = call.scratch(Math.max(size, ARGS_BYTES_KNOWN));
        Memory.fill(copy, Math.max(size, ARGS_BYTES_KNOWN), (byte) 0);
        if (call.process().memory().copyIn(arguments, copy, size) < 0) {
            return -EFAULT;
        }
        for (int i = ARGS_BYTES_KNOWN; i < size; i++) {
            if (Memory.getByte(copy + i) != 0) {
                return -E2BIG;
            }
        }
        long stack = Memory.getLong(copy + ARGS_STACK);
        long stackBytes = Memory.getLong(copy + ARGS_STACK_BYTES);
        long exitSignal = Memory.getLong(copy + ARGS_EXIT_SIGNAL);
        boolean halfStack = stack == 0 != (stackBytes == 0);
        boolean old = (Memory.getLong(copy) & (CSIGNAL | Cloning.CLONE_DETACHED)) != 0;
        // Those tell their parent what their maker does, or nothing.
        boolean twice = exitSignal != 0 && (Memory.getLong(copy) & (Cloning.CLONE_THREAD | Cloning.CLONE_PARENT)) != 0;
        if (halfStack || (exitSignal & ~CSIGNAL) != 0 || old || twice) {
            return -EINVAL;
        }
        Cloning request = new Cloning();
        request.flags = Memory.getLong(copy);
        request.exitSignal = (int) exitSignal;
        request.stackPointer = stack == 0 ? 0 : stack + stackBytes;
        request.parentTid = Memory.getLong(copy + ARGS_PARENT_TID);
        request.childTid = Memory.getLong(copy + ARGS_CHILD_TID);
        request.threadPointer = Memory.getLong(copy + ARGS_TLS);
        long pidfd = Memory.getLong(copy + ARGS_PIDFD);
        long refusal = takeNumber(call, copy, request);
        return refusal < 0 ? refusal : make(call, request, pidfd);
    }

    /** set_tid of clone3(2): numbers from the innermost PID namespace outwards; those above give their own. */
    @ColdPath("set_tid of clone3(2)")
    private static long takeNumber(Call call, long copy, Cloning request) {
        long array = Memory.getLong(copy + ARGS_SET_TID);
        long count = Memory.getLong(copy + ARGS_SET_TID_COUNT);
        if (Long.compareUnsigned(count, PidNamespace.LEVEL_MAX) > 0 || array == 0 != (count == 0)) {
            return -EINVAL;
        }
        if (count == 0) {
            return 0;
        }
        int[] numbers = new int[(int) count];
        long words = call.scratch(numbers.length * Integer.BYTES);
        if (call.copyIn(array, words, numbers.length * Integer.BYTES) < 0) {
            return -EFAULT;
        }
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Memory.getInt(words + (long) i * Integer.BYTES);
        }
        request.wantedTids = numbers;
        return 0;
    }

    @WarmPath("per system call")
    @Syscall("vfork")
    static long vfork(Call call) {
        if (call.attempt > 0) {
            return awaitChild(call);
        }
        Cloning request = new Cloning();
        request.flags = Cloning.CLONE_VM | Cloning.CLONE_VFORK;
        request.exitSignal = SignalNumber.SIGCHLD;
        return make(call, request, 0);
    }

    @WarmPath("per system call")
    @Syscall("fork")
    static long fork(Call call) {
        Cloning request = new Cloning();
        request.exitSignal = SignalNumber.SIGCHLD;
        return make(call, request, 0);
    }

    /** Whether a namespace is asked for without CAP_SYS_ADMIN; that of users alone needs none, clone(2). */
    static boolean lacksPrivilege(Call call, long flags) {
        return (flags & NAMESPACES) != 0 && (flags & Namespace.CLONE_NEWUSER) == 0
                && !call.credentials().holds(Credentials.CAP_SYS_ADMIN);
    }

    /** @param pidfd where the descriptor of the child is stored, if one is wanted */
    private static long make(Call call, Cloning request, long pidfd) {
        if (lacksPrivilege(call, request.flags)) {
            return -EPERM;
        }
        long refusal = refusal(call, request);
        if (refusal < 0) {
            return refusal;
        }
        Scheduling scheduling = call.task().scheduling();
        if (scheduling.policy() == Scheduling.SCHED_DEADLINE && !scheduling.resetsOnFork()) {
            // Its time has been granted once, sched(7).
            return -EAGAIN;
        }
        boolean described = (request.flags & Cloning.CLONE_PIDFD) != 0;
        if (described && call.process().files().isFull()) {
            return -EMFILE;
        }
        if (described && UserWord.storeInt(call, pidfd, -1) < 0) {
            return -EFAULT;
        }
        Ref<Task> made = new Ref<>();
        int error = request.make(call.task(), made);
        if (error < 0) {
            return error;
        }
        if (described) {
            PidFile file = new PidFile(call.instance().files(), made.value.process(), 0);
            UserWord.storeInt(call, pidfd, call.process().files().installNew(file, true));
        }
        tellTracer(call.task(), made.value, request);
        made.value.makeRunnable();
        call.progress = made.value.tid();
        long number = call.numberOf(made.value.tid());
        return (request.flags & Cloning.CLONE_VFORK) != 0 ? awaitChild(call) : number;
    }

    /** Which event of ptrace(2) it is, kernel_clone of Linux. */
    private static void tellTracer(Task maker, Task child, Cloning request) {
        if (maker.tracee() != null && (request.flags & Cloning.CLONE_UNTRACED) == 0) {
            boolean plain = request.exitSignal == SignalNumber.SIGCHLD;
            maker.tracee().made(child, (request.flags & Cloning.CLONE_VFORK) != 0 ? Tracee.EVENT_VFORK
                    : plain ? Tracee.EVENT_FORK : Tracee.EVENT_CLONE);
        }
    }

    private static long refusal(Call call, Cloning request) {
        long flags = request.flags;
        boolean thread = (flags & Cloning.CLONE_THREAD) != 0;
        boolean handlersWithoutMemory = (flags & Cloning.CLONE_SIGHAND) != 0 && (flags & Cloning.CLONE_VM) == 0;
        if ((flags & ~KNOWN_FLAGS) != 0 || handlersWithoutMemory || request.exitSignal > SignalNumber.MAX
                || thread && (flags & THREAD_FLAGS) != THREAD_FLAGS
                || thread && (flags & (Cloning.CLONE_VFORK | Cloning.CLONE_PIDFD)) != 0
                || (flags & HANDLERS) == HANDLERS
                || (flags & Cloning.CLONE_FS) != 0 && (flags & PLACES) != 0 || (flags & SEMAPHORES) == SEMAPHORES
                || thread && ((flags & APART) != 0
                        || call.namespaces().pidsOfChildren() != call.process().pidNamespace())
                || (flags & Cloning.CLONE_PARENT) != 0 && (call.process().parent() == null
                        || call.process().pidNamespace().init() == call.process())) {
            return -EINVAL;
        }
        boolean base = (flags & Cloning.CLONE_SETTLS) != 0
                && Long.compareUnsigned(request.threadPointer, AddressSpace.USER_END) >= 0;
        return base ? -EPERM : 0;
    }

    /** vfork(2): nothing but death ends the waiting before the child has let go of the memory. */
    private static long awaitChild(Call call) {
        Process child = call.instance().processes().byPid((int) call.progress);
        if (child != null && child.holdsParent()) {
            return call.park();
        }
        if (call.task().tracee() != null) {
            call.task().tracee().vforkDone((int) call.progress);
        }
        return call.numberOf((int) call.progress);
    }
}

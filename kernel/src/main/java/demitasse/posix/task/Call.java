package demitasse.posix.task;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINTR;
import static demitasse.base.error.Errno.ERESTARTNOHAND;
import static demitasse.base.error.Errno.ERESTARTSYS;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.memory.UserTransfer;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.NamespaceSet;
import demitasse.posix.namespace.UserNamespace;
import demitasse.posix.signal.Delivery;
import demitasse.sched.timer.Timer;
import demitasse.sched.wait.Waiter;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.Transfer;

/**
 * One system call in flight: what it was asked, and what must survive from one attempt to the next.
 *
 * <p>A handler that cannot finish returns {@link #PARKED} (from {@link #await}) and is <em>called again from the
 * start</em> when woken. The rules of retrying:
 * <ol>
 *   <li><em>Pin.</em> A descriptor is resolved once: {@link #file} answers the pinned file on later attempts, because
 *       another thread may have closed and reused the number.
 *   <li><em>Absolute deadline</em>, fixed at attempt 0 in {@link #deadlineNs}; a relative one would restart on each
 *       wake.
 *   <li><em>Progress in the call:</em> bytes already moved go to {@link #progress}. Locals do not survive.
 *   <li><em>No side effect before parking</em>, except through progress or an object that tolerates repetition.
 *   <li><em>User memory is checked again on each attempt;</em> mappings change while parked.
 *   <li><em>A wake-up taken by a task that dies or is interrupted is passed on</em> when the wake was limited to one.
 *   <li><em>Interrupted</em> calls return -ERESTARTSYS (or -ERESTARTNOHAND); only signal delivery chooses between a
 *       restart and EINTR.
 * </ol>
 */
public final class Call {
    /** "Not finished": outside every result and errno. */
    public static final long PARKED = Long.MIN_VALUE;

    /** {@link #wake}: first attempt, nothing woke it. */
    public static final int FRESH = 0;
    /** {@link #wake}: something waited for has come. */
    public static final int READY = 1;
    /** {@link #wake}: {@link #deadlineNs} has passed. */
    public static final int EXPIRED = 2;
    /** {@link #wake}: a signal is to be delivered. */
    public static final int SIGNALLED = 3;

    public static final long NEVER = Long.MAX_VALUE;

    public int number;
    /** 0 for the first run of the handler. */
    public int attempt;
    /** Why this attempt runs. */
    public int wake;
    public long a0;
    public long a1;
    public long a2;
    public long a3;
    public long a4;
    public long a5;
    /** Bytes already moved, or what else the handler counts. */
    public long progress;
    /** When waiting ends, monotonic; {@link #NEVER} unless the handler sets it at attempt 0. */
    public long deadlineNs;
    /** Whether {@link #deadlineNs} stands for a time of day, which comes sooner or later when the clock is set. */
    private boolean followsClock;
    /** What a handler keeps from attempt to attempt when numbers are not enough; dropped when the call ends. */
    public Object state;

    /** Null for nothing. */
    private KeptArguments kept;

    private final Task task;
    /** Null for the call that the task itself has in flight. */
    private final CallOwner owner;
    private final UserTransfer transfer = new UserTransfer();
    private final UserTransfer transferIn = new UserTransfer();
    private final Name path = new Name();
    private final Name secondPath = new Name();
    private final Wakeup wakeup = new Wakeup();
    private final Expiry expiry = new Expiry();
    private FileHandle pinned;
    private FileHandle pinnedSecond;
    /** The descriptors that {@link #pinned} and its twin are to hold once the call parks; -1 for none. */
    private int descriptor;
    private int secondDescriptor;
    private boolean parked;
    private boolean registersReplaced;
    /** Where {@link #await} queued last and what came true there, to pass a wake-up on. */
    private WaitQueue awaited;
    private int wokenEvents;

    Call(Task task) {
        this(task, null);
    }

    /** A call in the name of a task that does not wait for it; {@link #begin(int)} and {@link #run} lead it. */
    public Call(Task task, CallOwner owner) {
        this.task = task;
        this.owner = owner;
    }

    public Task task() {
        return task;
    }

    public Process process() {
        return task.process();
    }

    /** What the caller sees of the instance. */
    public NamespaceSet namespaces() {
        return task.namespaces();
    }

    /** The process that the caller calls by a number, pid_namespaces(7); null for none. */
    public Process processOf(int pid) {
        return instance().processes().byPid(idOf(pid));
    }

    /** The task that the caller calls by a number; null for none. */
    public Task taskOf(int tid) {
        return instance().processes().byTid(idOf(tid));
    }

    /** The instance's number of what the caller calls by a number; 0 for nothing. */
    public int idOf(int number) {
        return process().pidNamespace().idOf(number);
    }

    /** What the caller calls something of the instance's number; 0 for what it does not see. */
    public int numberOf(int id) {
        return process().numberOf(id);
    }

    /** The users whose capabilities count for the network that the caller sees; null for the first. */
    public UserNamespace networkOwner() {
        return namespaces().of(Namespace.NETWORK).owner();
    }

    public Credentials credentials() {
        return task.credentials();
    }

    public Instance instance() {
        return task.process().instance();
    }

    /**
     * The open file behind a descriptor, pinned at attempt 0 and the same on later attempts.
     *
     * @return null for a bad descriptor and for one that was opened with O_PATH, open(2)
     */
    public FileHandle file(int fd) {
        FileHandle file = anyFile(fd);
        return file != null && file.isPathOnly() ? null : file;
    }

    /** As {@link #file}, for the calls that take O_PATH descriptors as well, open(2). */
    public FileHandle anyFile(int fd) {
        if (pinned != null) {
            return pinned;
        }
        descriptor = fd;
        return task.process().files().at(fd);
    }

    /** A second pinned file, for calls with two descriptors; as {@link #file}. */
    public FileHandle secondFile(int fd) {
        FileHandle file = pinnedSecond;
        if (file == null) {
            secondDescriptor = fd;
            file = task.process().files().at(fd);
        }
        return file != null && file.isPathOnly() ? null : file;
    }

    /** Only a call that parks needs to hold its files: nothing else runs while a handler does. */
    private void pin() {
        if (pinned == null && descriptor >= 0) {
            pinned = pinned(descriptor);
        }
        if (pinnedSecond == null && secondDescriptor >= 0) {
            pinnedSecond = pinned(secondDescriptor);
        }
    }

    private FileHandle pinned(int fd) {
        FileHandle file = process().files().at(fd);
        if (file != null) {
            file.retain();
        }
        return file;
    }

    /** A user buffer, less the {@link #progress} already made; valid for this attempt. */
    public UserTransfer transfer(long address, long lengthBytes) {
        transfer.set(process().memory(), address + progress, lengthBytes - progress);
        return transfer;
    }

    /** A second user buffer for this attempt. */
    public Transfer secondTransfer(long address, long lengthBytes) {
        transferIn.set(process().memory(), address, lengthBytes);
        return transferIn;
    }

    /**
     * A user iovec array, less the {@link #progress} already made.
     *
     * @return 0, -EINVAL or -EFAULT as readv(2) says; then {@link #vector()} is the buffer
     */
    public int vector(long iovec, int count) {
        long copy = kept == null ? 0 : kept.find(iovec, (long) count * UserTransfer.ENTRY_BYTES);
        return copy != 0 ? transfer.setKeptVector(process().memory(), copy, count, progress)
                : transfer.setVector(process().memory(), iovec, count, progress);
    }

    /** As {@link UserSpace#copyIn}, of what the call points at: what was kept of that when it was submitted. */
    public int copyIn(long address, long target, int lengthBytes) {
        long copy = kept == null ? 0 : kept.find(address, lengthBytes);
        if (copy == 0) {
            return process().memory().copyIn(address, target, lengthBytes);
        }
        Memory.copy(copy, target, lengthBytes);
        return 0;
    }

    public UserTransfer vector() {
        return transfer;
    }

    /** Has the vector move no more than this. */
    public void limitVector(long lengthBytes) {
        transfer.limit(lengthBytes);
    }

    /**
     * Copies a path from user memory.
     *
     * @return 0, -EFAULT or -ENAMETOOLONG; then {@link #path()} holds it for this attempt
     */
    public int path(long address) {
        return copyPath(address, path);
    }

    public Name path() {
        return path;
    }

    /** As {@link #path(long)}, for calls with two paths. */
    public int secondPath(long address) {
        return copyPath(address, secondPath);
    }

    public Name secondPath() {
        return secondPath;
    }

    private int copyPath(long address, Name out) {
        Scratch scratch = instance().scratch();
        long buffer = scratch.take(Scratch.PATH_BYTES);
        long length = process().memory().copyString(address, buffer, Scratch.PATH_BYTES);
        if (length < 0) {
            return (int) length;
        }
        out.set(buffer, (int) length);
        return 0;
    }

    /** Kernel memory for this attempt, not zeroed. */
    public long scratch(int sizeBytes) {
        return instance().scratch().take(sizeBytes);
    }

    /**
     * Waits for a file: to be returned by the handler.
     *
     * @return {@link #PARKED}; -EAGAIN (or what {@link #progress} counts) when the file does not block or the deadline
     *         has passed; -ERESTARTSYS (or progress) when a signal is to be delivered
     */
    public long await(FileHandle file, int events) {
        if (file.nonBlocking() && owner == null) {
            return progress > 0 ? progress : -EAGAIN;
        }
        long limitNs = file.waitLimitNs(events);
        if (deadlineNs == NEVER && limitNs > 0) {
            deadlineNs = instance().nowNs() + limitNs;
        }
        long waited = await(file.waiters(), events);
        // A socket with a time limit is never restarted, signal(7).
        return waited == -ERESTARTSYS && limitNs > 0 ? -EINTR : waited;
    }

    /** Waits on a queue; otherwise as {@link #await(FileHandle, int)}. */
    public long await(WaitQueue queue, int events) {
        long refusal = mayNotWait();
        if (refusal != 0) {
            return refusal;
        }
        awaited = queue;
        wokenEvents = 0;
        queue.add(wakeup, events);
        return park();
    }

    /** Waits for {@link #deadlineNs} or a signal alone; otherwise as {@link #await(FileHandle, int)}. */
    public long awaitDeadline() {
        long refusal = mayNotWait();
        return refusal != 0 ? refusal : park();
    }

    /**
     * For calls that load all registers (execve, rt_sigreturn): to be returned by the handler, so that no result is
     * stored over them. The call is finished.
     */
    public long registersReplaced() {
        registersReplaced = true;
        return PARKED;
    }

    /** Why waiting is not possible now: an errno or the progress made; 0 when it is. */
    public long mayNotWait() {
        if (owner != null) {
            if (progress > 0 && !owner.wantsAll()) {
                return progress;
            }
        } else if (task.hasDeliverableSignal()) {
            return progress > 0 ? progress : -ERESTARTSYS;
        }
        if (wake == EXPIRED) {
            return progress > 0 ? progress : -EAGAIN;
        }
        return 0;
    }

    /** Parks after the caller has registered waiters of its own, which call {@link #wakeUp}. */
    public long park() {
        pin();
        if (deadlineNs != NEVER) {
            instance().timers().arm(expiry, deadlineNs);
        }
        parked = true;
        return PARKED;
    }

    /** Sets {@link #deadlineNs} to a time of CLOCK_REALTIME; one that has passed is now. */
    public void waitUntilRealtime(long untilNs) {
        long restNs = Math.max(0, untilNs - instance().platform().clock().realtimeNs());
        long nowNs = instance().nowNs();
        deadlineNs = restNs > NEVER - 1 - nowNs ? NEVER : nowNs + restNs;
        followsClock = deadlineNs != NEVER;
    }

    /** CLOCK_REALTIME has been set forward by so much, or back. */
    void clockSet(long forwardNs) {
        if (followsClock) {
            deadlineNs -= forwardNs;
            if (parked) {
                instance().timers().arm(expiry, deadlineNs);
            }
        }
    }

    /** Makes a parked call run again; the first reason counts. */
    public void wakeUp(int reason) {
        if (!parked) {
            return;
        }
        parked = false;
        wake = reason;
        wakeup.withdraw();
        instance().timers().cancel(expiry);
        if (owner == null) {
            task.makeRunnable();
        } else {
            owner.woken();
        }
    }

    public boolean isParked() {
        return parked;
    }

    /** No task waits for it. */
    public boolean isDetached() {
        return owner != null;
    }

    /** A detached call begins anew; the caller sets the arguments. */
    public void begin(int newNumber) {
        number = newNumber;
        begin();
    }

    /** A detached call works on this file whatever its descriptor says. */
    public void pin(FileHandle file) {
        file.retain();
        pinned = file;
    }

    /** The same for the second of two. */
    public void pinSecond(FileHandle file) {
        file.retain();
        pinnedSecond = file;
    }

    /** Runs the handler of a detached call: {@link #PARKED}, or its result and the call is over. */
    public long run() {
        awaited = null;
        long result = instance().dispatch(this);
        attempt++;
        if (result == PARKED) {
            return PARKED;
        }
        end();
        return result <= -ERESTARTSYS && result >= -ERESTARTNOHAND ? -EINTR : result;
    }

    /** What a detached call points at stands elsewhere now as well; null for nothing. */
    public void keep(KeptArguments arguments) {
        if (kept != null) {
            kept.free();
        }
        kept = arguments;
    }

    /** Gives a detached call up. */
    public void cancel() {
        abandon();
    }

    /** Takes a new call from the registers. */
    void begin(UserContext registers) {
        // The address is asked for once: as far as C knows, any store below might change it.
        long at = registers.address();
        number = (int) Memory.getLong(at + UserContext.ORIG_RAX);
        a0 = Memory.getLong(at + UserContext.RDI);
        a1 = Memory.getLong(at + UserContext.RSI);
        a2 = Memory.getLong(at + UserContext.RDX);
        a3 = Memory.getLong(at + UserContext.R10);
        a4 = Memory.getLong(at + UserContext.R8);
        a5 = Memory.getLong(at + UserContext.R9);
        begin();
    }

    private void begin() {
        descriptor = -1;
        secondDescriptor = -1;
        attempt = 0;
        wake = FRESH;
        progress = 0;
        deadlineNs = NEVER;
        followsClock = false;
    }

    /** Whether the registers ask for this very call, still or again. */
    boolean isAskedBy(UserContext registers) {
        return number == (int) registers.register(UserContext.ORIG_RAX) && a0 == registers.register(UserContext.RDI)
                && a1 == registers.register(UserContext.RSI) && a2 == registers.register(UserContext.RDX)
                && a3 == registers.register(UserContext.R10) && a4 == registers.register(UserContext.R8)
                && a5 == registers.register(UserContext.R9);
    }

    /** Whether the registers are still those of this call, which was interrupted: a tracer has left it alone. */
    boolean isInterrupted(UserContext registers, int result) {
        return registers.register(UserContext.RAX) == result && isAskedBy(registers);
    }

    /** Registers that a debugger has brought back may be those of an interrupted call: that begins anew. */
    void restartIfAsked(UserContext registers) {
        long result = registers.register(UserContext.RAX);
        boolean interrupted = result >= -ERESTARTNOHAND && result <= -ERESTARTSYS;
        if (interrupted && registers.register(UserContext.ORIG_RAX) >= 0) {
            registers.setRegister(UserContext.RAX, registers.register(UserContext.ORIG_RAX));
            registers.setRegister(UserContext.RIP, registers.register(UserContext.RIP) - Delivery.SYSCALL_BYTES);
            registers.restoreFully();
        }
    }

    /** Whether the handler replaced all registers instead of answering. Tells once. */
    boolean takeRegistersReplaced() {
        boolean replaced = registersReplaced;
        registersReplaced = false;
        return replaced;
    }

    /** The next attempt begins. */
    void again() {
        attempt++;
        awaited = null;
    }

    /** Goes on after an interruption that nobody noticed; the next attempt may wait again. */
    void resume() {
        wake = READY;
    }

    /** Whether {@link #end} has anything to do; most calls hold nothing. */
    boolean holdsAnything() {
        return pinned != null || state != null || pinnedSecond != null;
    }

    /** Drops what the call held. */
    void end() {
        if (pinned != null) {
            FileHandle file = pinned;
            pinned = null;
            file.release();
        }
        if (pinnedSecond != null || state != null) {
            drop();
        }
    }

    @ColdPath("calls with two files, and calls that wait for many things")
    private void drop() {
        if (pinnedSecond != null) {
            FileHandle file = pinnedSecond;
            pinnedSecond = null;
            file.release();
        }
        if (state instanceof CallState registrations) {
            registrations.dropped();
        }
        state = null;
    }

    /** Ends a call whose task dies. A wake-up it took, perhaps the only one, goes to the next in the queue. */
    void abandon() {
        if (parked) {
            parked = false;
            wakeup.withdraw();
            instance().timers().cancel(expiry);
        } else if (wake == READY && awaited != null && wokenEvents != 0) {
            awaited.wake(wokenEvents, 1);
        }
        awaited = null;
        end();
    }

    private final class Wakeup extends Waiter {
        @Override
        protected void ready(int events) {
            wokenEvents = events;
            wakeUp(READY);
        }
    }

    private final class Expiry extends Timer {
        @Override
        protected void expired(long nowNs) {
            wakeUp(EXPIRED);
        }
    }
}

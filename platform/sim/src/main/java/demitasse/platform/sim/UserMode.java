package demitasse.platform.sim;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import java.util.concurrent.Semaphore;

/**
 * The CPU as a {@link Program} sees it: system calls, and memory through the page tables of the active address space.
 *
 * <p>The program's thread and the kernel's thread hand over to each other; never do both run.
 */
public final class UserMode {
    /** The length of the instruction, by which the kernel goes back to restart a call. */
    private static final int SYSCALL_BYTES = 2;

    private final SimPlatform platform;
    private final Program program;
    private final Semaphore mayRun = new Semaphore(0);
    private final Semaphore trapped = new Semaphore(0);
    private Thread thread;
    private UserContext context;
    private int trap;
    private int number;
    private Throwable failure;
    private boolean abandoned;

    UserMode(SimPlatform platform, Program program) {
        this.platform = platform;
        this.program = program;
    }

    /** System call {@code number}; the result as the kernel left it in rax, after any signal handlers. */
    public long call(int number, long... arguments) {
        int[] registers = {UserContext.RDI, UserContext.RSI, UserContext.RDX, UserContext.R10, UserContext.R8,
            UserContext.R9};
        for (int i = 0; i < registers.length; i++) {
            context.setRegister(registers[i], i < arguments.length ? arguments[i] : 0);
        }
        context.setRegister(UserContext.RAX, number);
        systemCall();
        return context.register(UserContext.RAX);
    }

    /**
     * The instruction, which stands at the task's entry address: a restarted call finds itself before it again, a
     * signal handler at the handler's address.
     */
    private void systemCall() {
        long instruction = context.register(UserContext.RIP);
        do {
            context.setRegister(UserContext.ORIG_RAX, context.register(UserContext.RAX));
            context.setRegister(UserContext.RIP, instruction + SYSCALL_BYTES);
            enterKernel(Trap.SYSCALL);
            runHandlers(instruction);
        } while (context.register(UserContext.RIP) == instruction);
        context.setRegister(UserContext.RIP, instruction);
    }

    /** Handlers run where the kernel has sent the task, and leave by rt_sigreturn(2). */
    private void runHandlers(long instruction) {
        while (Math.abs(context.register(UserContext.RIP) - instruction) > SYSCALL_BYTES) {
            long handler = context.register(UserContext.RIP);
            long stackPointer = context.register(UserContext.RSP);
            platform.programAt(handler).run(this);
            // What ret leaves: the frame without the return address.
            context.setRegister(UserContext.RSP, stackPointer + Long.BYTES);
            context.setRegister(UserContext.RAX, SimPlatform.RT_SIGRETURN);
            context.setRegister(UserContext.ORIG_RAX, SimPlatform.RT_SIGRETURN);
            enterKernel(Trap.SYSCALL);
        }
    }

    public byte load(long userAddress) {
        return Memory.getByte(resolve(userAddress, AddressSpace.READ, 0));
    }

    public void store(long userAddress, byte value) {
        Memory.putByte(resolve(userAddress, AddressSpace.WRITE, Trap.FAULT_WRITE), value);
    }

    public int loadInt(long userAddress) {
        int value = 0;
        for (int i = 3; i >= 0; i--) {
            value = value << 8 | load(userAddress + i) & 0xff;
        }
        return value;
    }

    public void storeInt(long userAddress, int value) {
        for (int i = 0; i < 4; i++) {
            store(userAddress + i, (byte) (value >> 8 * i));
        }
    }

    public void storeLong(long userAddress, long value) {
        storeInt(userAddress, (int) value);
        storeInt(userAddress + 4, (int) (value >> 32));
    }

    /** One step of work in which a timer interrupt may strike. */
    public void compute() {
        if (platform.chance().preempts()) {
            platform.raise(SimPlatform.TIMER);
            enterKernel(Trap.INTERRUPT);
        }
    }

    public UserContext context() {
        return context;
    }

    /** The address's byte in the frame behind it; faults like the MMU until the kernel has mapped it. */
    private long resolve(long userAddress, int access, int faultBits) {
        long page = userAddress & -PhysicalMemory.PAGE_BYTES;
        while (true) {
            long mapped = platform.activeSpace().translate(page);
            if ((mapped & access) == access) {
                return (mapped & -PhysicalMemory.PAGE_BYTES) + (userAddress - page);
            }
            context.setRegister(UserContext.FAULT_ADDRESS, userAddress);
            context.setRegister(UserContext.ERROR_CODE, 4L | faultBits | (mapped != 0 ? Trap.FAULT_PRESENT : 0));
            enterKernel(Trap.PAGE_FAULT);
        }
    }

    private void enterKernel(int reason) {
        trap = reason;
        number = (int) context.register(UserContext.ORIG_RAX);
        trapped.release();
        mayRun.acquireUninterruptibly();
        if (abandoned) {
            throw new Abandoned();
        }
        if (reason != Trap.INTERRUPT) {
            compute();
        }
    }

    /** Kernel side: lets the program run until it traps. */
    int resume(UserContext newContext) {
        context = newContext;
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("user mode").unstarted(this::main);
            thread.start();
        }
        mayRun.release();
        trapped.acquireUninterruptibly();
        if (failure != null) {
            throw new IllegalStateException("a simulated program failed: " + platform.chance(), failure);
        }
        return trap;
    }

    /** Kernel side: the last thing it did was to exit, so its registers belong to somebody else by now. */
    boolean hasExited() {
        return trap == Trap.SYSCALL && (number == SimPlatform.EXIT || number == SimPlatform.EXIT_GROUP);
    }

    /** Kernel side: the task is gone; ends the thread. */
    void abandon() {
        abandoned = true;
        mayRun.release();
    }

    private void main() {
        mayRun.acquireUninterruptibly();
        try {
            program.run(this);
            call(SimPlatform.EXIT_GROUP, 0);
            throw new IllegalStateException("exit_group returned");
        } catch (Abandoned gone) {
            return;
        } catch (Throwable thrown) {
            failure = thrown;
        }
        trapped.release();
    }

    private static final class Abandoned extends Error {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("the task is gone", null, false, false);
        }
    }
}

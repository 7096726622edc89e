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
    private final SimPlatform platform;
    private final Program program;
    private final Semaphore mayRun = new Semaphore(0);
    private final Semaphore trapped = new Semaphore(0);
    private Thread thread;
    private UserContext context;
    private int trap;
    private Throwable failure;
    private boolean abandoned;

    UserMode(SimPlatform platform, Program program) {
        this.platform = platform;
        this.program = program;
    }

    /** system call {@code number}; the result as the kernel left it in rax. */
    public long call(int number, long... arguments) {
        int[] registers = {UserContext.RDI, UserContext.RSI, UserContext.RDX, UserContext.R10, UserContext.R8,
            UserContext.R9};
        for (int i = 0; i < registers.length; i++) {
            context.setRegister(registers[i], i < arguments.length ? arguments[i] : 0);
        }
        context.setRegister(UserContext.RAX, number);
        context.setRegister(UserContext.ORIG_RAX, number);
        enterKernel(Trap.SYSCALL);
        return context.register(UserContext.RAX);
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

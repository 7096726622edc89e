package demitasse.posix.signal;

import static demitasse.base.error.Errno.EFAULT;

import demitasse.base.memory.Memory;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;

/**
 * What a signal handler finds on its stack, and sigreturn(2) takes back: struct rt_sigframe of x86-64
 * (arch/x86/include/asm/sigframe.h, asm/sigcontext.h). Debuggers, unwinders and runtimes read it, so every field is
 * there.
 *
 * <pre>
 *   0 pretcode     8 uc_flags   16 uc_link   24 uc_stack: sp, flags, size
 *  48 r8 … r15    112 di si bp bx dx ax cx sp   176 ip  184 flags  192 cs gs fs ss
 * 200 err  208 trapno  216 oldmask  224 cr2  232 fpstate  240 reserved (64)   304 uc_sigmask   312 siginfo (128)
 * then, 64-byte aligned, above it: the XSAVE area with sw_reserved at 464, and FP_XSTATE_MAGIC2 behind it
 * </pre>
 */
public final class SignalFrame {
    /** The first address that is not canonical in the lower half, Intel SDM vol. 1 §3.3.7.1. */
    private static final long CANONICAL_END = 1L << 47;
    private static final int UC_FLAGS = 8;
    private static final int UC_STACK = 24;
    private static final int UC_STACK_FLAGS = 32;
    private static final int UC_STACK_BYTES = 40;
    private static final int REGISTERS = 48;
    private static final int IP = 176;
    private static final int FLAGS = 184;
    private static final int CS = 192;
    private static final int SS = 198;
    private static final int ERR = 200;
    private static final int TRAPNO = 208;
    private static final int OLD_MASK = 216;
    private static final int CR2 = 224;
    private static final int FPSTATE = 232;
    private static final int SIGMASK = 304;
    private static final int SIGINFO = 312;
    private static final int FRAME_BYTES = SIGINFO + SignalInfo.SIZE_BYTES;

    /** The general registers from {@link #REGISTERS} on, in the order of struct sigcontext. */
    private static final int[] ORDER = {UserContext.R8, UserContext.R9, UserContext.R10, UserContext.R11,
        UserContext.R12, UserContext.R13, UserContext.R14, UserContext.R15, UserContext.RDI, UserContext.RSI,
        UserContext.RBP, UserContext.RBX, UserContext.RDX, UserContext.RAX, UserContext.RCX, UserContext.RSP};

    /** UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS. */
    private static final long UC_FLAGS_VALUE = 1 | 2 | 4;
    /** What lies below the stack pointer belongs to leaf functions, System V ABI §3.2.2. */
    private static final int RED_ZONE_BYTES = 128;
    private static final int FPSTATE_ALIGNMENT_BYTES = 64;
    /** AC OF DF TF SF ZF AF PF CF RF: what a program may change, arch/x86/kernel/signal_64.c FIX_EFLAGS. */
    public static final long EFLAGS_MASK = 0x5_0dd5L;
    private static final long EFLAGS_DIRECTION = 0x400;
    private static final long EFLAGS_TRACE = 0x100;
    private static final long EFLAGS_RESUME = 0x1_0000;

    private SignalFrame() {
    }

    /**
     * Puts the frame on the stack and has the task continue in the handler.
     *
     * @return false when the stack cannot hold it
     */
    static boolean push(Task task, SignalInfo info, long handler, long flags, long restorer) {
        Instance instance = task.process().instance();
        UserContext context = task.context();
        TaskSignals signals = task.signals();
        long pointer = context.register(UserContext.RSP);
        boolean nested = signals.isOnStack(pointer);
        boolean entering = !nested && (flags & Dispositions.SA_ONSTACK) != 0 && signals.stackBytes() != 0;
        long stack = entering ? signals.stackAddress() + signals.stackBytes() : pointer - RED_ZONE_BYTES;
        long fpstate = stack - VectorState.frameBytes(instance.platform()) & -FPSTATE_ALIGNMENT_BYTES;
        long frame = (fpstate - FRAME_BYTES + 8 & -16) - 8;
        // Running over the end of the alternate stack would destroy what lies below it.
        boolean overflows = (nested || entering) && !signals.isInside(frame);
        if (overflows || (flags & Dispositions.SA_RESTORER) == 0) {
            return false;
        }
        instance.scratch().reset();
        UserSpace memory = task.process().memory();
        if (VectorState.store(task, fpstate) != 0) {
            return false;
        }
        long image = instance.scratch().take(FRAME_BYTES);
        fill(image, task, info, fpstate, restorer);
        if (memory.copyOut(image, frame, FRAME_BYTES) != 0) {
            return false;
        }
        enter(context, frame, handler, info.number);
        if ((signals.stackFlags() & TaskSignals.SS_AUTODISARM) != 0) {
            signals.setStack(0, 0, TaskSignals.SS_DISABLE);
        }
        instance.platform().forgetVector(context);
        context.setRegister(UserContext.FLAGS, UserContext.FULL);
        return true;
    }

    private static void fill(long image, Task task, SignalInfo info, long fpstate, long restorer) {
        UserContext context = task.context();
        TaskSignals signals = task.signals();
        long mask = signals.takeMaskForFrame();
        Memory.fill(image, FRAME_BYTES, (byte) 0);
        Memory.putLong(image, restorer);
        Memory.putLong(image + UC_FLAGS, UC_FLAGS_VALUE);
        Memory.putLong(image + UC_STACK, signals.stackAddress());
        int onStack = signals.isOnStack(context.register(UserContext.RSP)) ? TaskSignals.SS_ONSTACK : 0;
        Memory.putInt(image + UC_STACK_FLAGS, signals.stackFlags() | onStack);
        Memory.putLong(image + UC_STACK_BYTES, signals.stackBytes());
        for (int i = 0; i < ORDER.length; i++) {
            Memory.putLong(image + REGISTERS + 8L * i, context.register(ORDER[i]));
        }
        Memory.putLong(image + IP, task.process().memory().programAddress(context.register(UserContext.RIP)));
        Memory.putLong(image + FLAGS, context.register(UserContext.EFLAGS));
        Memory.putShort(image + CS, (short) context.register(UserContext.CS));
        Memory.putShort(image + SS, (short) context.register(UserContext.SS));
        Memory.putLong(image + ERR, context.register(UserContext.ERROR_CODE));
        Memory.putLong(image + TRAPNO, context.register(UserContext.TRAP_INFO));
        Memory.putLong(image + OLD_MASK, mask);
        Memory.putLong(image + CR2, context.register(UserContext.FAULT_ADDRESS));
        Memory.putLong(image + FPSTATE, fpstate);
        Memory.putLong(image + SIGMASK, mask);
        info.store(image + SIGINFO);
    }

    /** rdi, rsi, rdx are the handler's arguments; rax is 0 for handlers declared without a prototype. */
    private static void enter(UserContext context, long frame, long handler, int signal) {
        context.setRegister(UserContext.RDI, signal);
        context.setRegister(UserContext.RSI, frame + SIGINFO);
        context.setRegister(UserContext.RDX, frame + UC_FLAGS);
        context.setRegister(UserContext.RAX, 0);
        context.setRegister(UserContext.RIP, handler);
        context.setRegister(UserContext.RSP, frame);
        context.setRegister(UserContext.ORIG_RAX, -1);
        context.setRegister(UserContext.EFLAGS,
                context.register(UserContext.EFLAGS) & ~(EFLAGS_DIRECTION | EFLAGS_TRACE | EFLAGS_RESUME));
    }

    /**
     * sigreturn(2): brings back what {@link #push} saved, as the handler left it. What a program must not have, such as
     * another code segment, is not taken over.
     *
     * @return 0, or -EFAULT when the frame cannot be one: the task deserves a SIGSEGV, perhaps with the registers back
     */
    public static int pop(Task task) {
        UserContext context = task.context();
        Instance instance = task.process().instance();
        long frame = context.register(UserContext.RSP) - 8;
        long image = instance.scratch().take(FRAME_BYTES);
        if (task.process().memory().copyIn(frame, image, FRAME_BYTES) != 0) {
            return -EFAULT;
        }
        long instruction = Memory.getLong(image + IP);
        // Elsewhere the return path itself would fault. Above USER_END a program may stand rightly: the clock of the
        // linux platform is read in the host's vDSO, and a signal may interrupt that.
        if (Long.compareUnsigned(instruction, CANONICAL_END) >= 0) {
            return -EFAULT;
        }
        for (int i = 0; i < ORDER.length; i++) {
            context.setRegister(ORDER[i], Memory.getLong(image + REGISTERS + 8L * i));
        }
        context.setRegister(UserContext.RIP, instruction);
        task.process().memory().repairs(Trap.SLOW_SYSCALL, context);
        long kept = context.register(UserContext.EFLAGS) & ~EFLAGS_MASK;
        context.setRegister(UserContext.EFLAGS, kept | Memory.getLong(image + FLAGS) & EFLAGS_MASK);
        context.setRegister(UserContext.ORIG_RAX, -1);
        context.restoreFully();
        task.signals().setMask(Memory.getLong(image + SIGMASK));
        // Last, as on Linux: the SIGSEGV for a state that no CPU would load comes where the signal came, not here.
        if (VectorState.load(task, Memory.getLong(image + FPSTATE)) != 0) {
            context.setRegister(UserContext.FLAGS, UserContext.FULL);
            return -EFAULT;
        }
        restoreStack(task, image);
        return 0;
    }

    /** The alternate stack comes back too (SS_AUTODISARM took it away); errors are ignored, as Linux does. */
    private static void restoreStack(Task task, long image) {
        int flags = Memory.getInt(image + UC_STACK_FLAGS);
        AlternateStack.set(task, Memory.getLong(image + UC_STACK), Memory.getLong(image + UC_STACK_BYTES), flags);
    }
}

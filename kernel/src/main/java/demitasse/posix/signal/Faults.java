package demitasse.posix.signal;

import demitasse.base.memory.Memory;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import demitasse.posix.memory.Fault;
import demitasse.posix.task.Task;

/** From exceptions of the CPU to signals, as arch/x86/kernel/traps.c and sigaction(2) say. */
public final class Faults {
    private static final int VECTOR_DIVIDE = 0;
    private static final int VECTOR_DEBUG = 1;
    private static final int VECTOR_BREAKPOINT = 3;
    private static final int VECTOR_INVALID_OPCODE = 6;
    private static final int VECTOR_STACK = 12;
    private static final int VECTOR_PAGE_FAULT = 14;
    private static final int VECTOR_X87 = 16;
    private static final int VECTOR_ALIGNMENT = 17;
    private static final int VECTOR_SIMD = 19;

    private static final int SEGV_MAPERR = 1;
    private static final int SEGV_ACCERR = 2;
    private static final int BUS_ADRALN = 1;
    private static final int BUS_ADRERR = 2;
    private static final int ILL_ILLOPN = 2;
    private static final int FPE_INTDIV = 1;
    private static final int FPE_FLTDIV = 3;
    private static final int FPE_FLTOVF = 4;
    private static final int FPE_FLTUND = 5;
    private static final int FPE_FLTRES = 6;
    private static final int FPE_FLTINV = 7;
    private static final int TRAP_TRACE = 2;

    /** Offsets in the legacy part of the XSAVE area, Intel SDM vol. 1 §13.4.1. */
    private static final int FCW = 0;
    private static final int FSW = 2;
    private static final int MXCSR = 24;
    private static final int MXCSR_MASK_SHIFT = 7;

    private Faults() {
    }

    /** Resolves a page fault or sends the signal that the trap stands for. */
    public static void handle(Task task, int trap) {
        if (trap == Trap.PAGE_FAULT) {
            pageFault(task);
        } else {
            exception(task, (int) task.context().register(UserContext.TRAP_INFO));
        }
    }

    private static void pageFault(Task task) {
        UserContext context = task.context();
        long address = context.register(UserContext.FAULT_ADDRESS);
        int outcome = task.process().memory().fault(address, (int) context.register(UserContext.ERROR_CODE));
        if (outcome == Fault.HANDLED) {
            return;
        }
        context.setRegister(UserContext.TRAP_INFO, VECTOR_PAGE_FAULT);
        switch (outcome) {
            case Fault.UNMAPPED -> send(task, SignalNumber.SIGSEGV, SEGV_MAPERR, address);
            case Fault.DENIED -> send(task, SignalNumber.SIGSEGV, SEGV_ACCERR, address);
            case Fault.BEYOND_END -> send(task, SignalNumber.SIGBUS, BUS_ADRERR, address);
            default -> noMemory(task);
        }
    }

    /** Somebody was killed for it, see OutOfMemory: if not this process, it tries again when the other has ended. */
    private static void noMemory(Task task) {
        if (!task.process().isExiting() && task.process().instance().outOfMemory().isSomebodyDying()) {
            task.yieldTurn();
        } else {
            task.process().killBy(SignalNumber.SIGKILL);
        }
    }

    private static void exception(Task task, int vector) {
        long instruction = task.context().register(UserContext.RIP);
        switch (vector) {
            case VECTOR_DIVIDE -> send(task, SignalNumber.SIGFPE, FPE_INTDIV, instruction);
            case VECTOR_DEBUG -> debug(task, instruction);
            case VECTOR_BREAKPOINT -> send(task, SignalNumber.SIGTRAP, SignalInfo.SI_KERNEL, 0);
            case VECTOR_INVALID_OPCODE -> send(task, SignalNumber.SIGILL, ILL_ILLOPN, instruction);
            case VECTOR_STACK -> send(task, SignalNumber.SIGBUS, SignalInfo.SI_KERNEL, 0);
            case VECTOR_X87, VECTOR_SIMD -> send(task, SignalNumber.SIGFPE, mathCode(task, vector), instruction);
            case VECTOR_ALIGNMENT -> send(task, SignalNumber.SIGBUS, BUS_ADRALN, 0);
            default -> send(task, SignalNumber.SIGSEGV, SignalInfo.SI_KERNEL, 0);
        }
    }

    /**
     * Of a program that has set the trap flag itself, a stub that stands for an instruction is a part of one step.
     * Behind a system call that was made in one the flag is gone, unlike on Linux.
     */
    private static void debug(Task task, long instruction) {
        if (task.tracee() != null) {
            send(task, SignalNumber.SIGTRAP, task.tracee().debugCode(), instruction);
        } else if (task.process().memory().programAddress(instruction) == instruction) {
            send(task, SignalNumber.SIGTRAP, TRAP_TRACE, instruction);
        }
    }

    /** Which floating-point exception it was: the first that is raised and not masked, as fpu__exception_code. */
    private static int mathCode(Task task, int vector) {
        task.process().instance().platform().saveVector(task.context());
        long area = task.context().address() + UserContext.VECTOR;
        int raised;
        if (vector == VECTOR_X87) {
            raised = Memory.getUnsignedShort(area + FSW) & ~Memory.getUnsignedShort(area + FCW);
        } else {
            int control = Memory.getInt(area + MXCSR);
            raised = control & ~(control >> MXCSR_MASK_SHIFT);
        }
        if ((raised & 1) != 0) {
            return FPE_FLTINV;
        }
        if ((raised & 4) != 0) {
            return FPE_FLTDIV;
        }
        if ((raised & 8) != 0) {
            return FPE_FLTOVF;
        }
        if ((raised & 0x12) != 0) {
            return FPE_FLTUND;
        }
        return (raised & 0x20) != 0 ? FPE_FLTRES : 0;
    }

    private static void send(Task task, int signal, int code, long address) {
        Signals.force(task, new SignalInfo().set(signal, code).at(address));
    }
}

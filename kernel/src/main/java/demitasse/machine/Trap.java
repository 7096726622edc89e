package demitasse.machine;

/** Why {@link Platform#run} returned. */
public final class Trap {
    /**
     * A system call: number in orig_rax, arguments in rdi, rsi, rdx, r10, r8, r9. The two bytes before rip are a system
     * call instruction, so that going back over them restarts the call.
     */
    public static final int SYSCALL = 1;
    /** A page fault: address and error code in the context. */
    public static final int PAGE_FAULT = 2;
    /** Another exception: its x86 vector in trapInfo. */
    public static final int EXCEPTION = 3;
    /** An interrupt bit was raised while user code ran. */
    public static final int INTERRUPT = 4;
    /** As {@link #SYSCALL}, but it took a way that {@link AddressSpace#patchText} could shorten for the next time. */
    public static final int SLOW_SYSCALL = 5;

    /** x86 page-fault error code, Intel SDM vol. 3 §4.7: the page was mapped, the access violated its protection. */
    public static final int FAULT_PRESENT = 1;
    public static final int FAULT_WRITE = 2;
    public static final int FAULT_INSTRUCTION = 16;

    private Trap() {
    }
}

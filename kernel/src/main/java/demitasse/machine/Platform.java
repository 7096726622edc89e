package demitasse.machine;

/**
 * What stands under the kernel. One implementation is compiled into an image; {@code sim} runs on HotSpot.
 *
 * <p>There is one kernel stack and no interrupt context in Java: a handler only sets a bit, which
 * {@link #takeInterrupts()} hands over.
 */
public interface Platform {
    /** Interrupt bit: the alarm was reached. */
    long TIMER = 1;
    /** Interrupt bit: a console stream may have become readable, writable, or another size. */
    long CONSOLE = 1 << 1;
    /** Interrupt bit: the host asks for a signal, see {@link #takeHostSignal()}. */
    long SIGNAL = 1 << 2;
    /** Interrupt bits from here up belong to devices. */
    int FIRST_DEVICE_BIT = 8;

    /** "linux", "kvm" or "sim". */
    String name();

    Clock clock();

    Console console();

    /** 64 fresh bits, for seeding only. */
    long entropy();

    PhysicalMemory memory();

    Vdso vdso();

    /** Where the kernel's command line stands: UTF-8 bytes, see boot.CommandLine. */
    long commandLineAddress();

    int commandLineBytes();

    /** An empty address space whose page tables live in frames taken from {@code frames}; null when there are none. */
    AddressSpace newAddressSpace(FrameSource frames);

    /** The size of a {@link UserContext} with the vector state of this CPU. */
    int contextBytes();

    /** Whether programs may use RDFSBASE and its relatives, Intel SDM vol. 3 §2.5 CR4.FSGSBASE. */
    boolean hasBaseInstructions();

    /**
     * Runs user code in the active address space until it traps.
     *
     * @return a {@link Trap} code; its details are in the context
     */
    int run(UserContext user);

    /** Brings the vector state and segment bases of {@code user} from the CPU, if they are there, into its context. */
    void saveVector(UserContext user);

    /** The CPU no longer holds state of {@code user}: its context was edited, or it is gone. */
    void forgetVector(UserContext user);

    /** Whether there are debug registers to load, Intel SDM vol. 3 §17.2. */
    default boolean hasDebugRegisters() {
        return false;
    }

    /** Watches up to four places in user memory; with a control of 0 none. */
    default void loadDebugRegisters(long place0, long place1, long place2, long place3, long control) {
    }

    /** What the last debug exceptions were about, DR6. Tells once. */
    default long takeDebugStatus() {
        return 0;
    }

    /** The interrupt bits raised since the last call; clears them. */
    long takeInterrupts();

    /** The next signal number (Linux's numbers) that the host wants delivered to the init process, or 0. */
    int takeHostSignal();

    /** Raises {@link #TIMER} and leaves user code at the time given; replaces an earlier alarm. */
    void alarm(long deadlineNs);

    /** Sleeps until an interrupt bit is raised or the time is reached; at once if a bit is up already. */
    void idleUntil(long deadlineNs);

    /**
     * Names the task that runs, for a panic screen.
     *
     * @param nameAddress a zero-terminated name in raw memory that stays; 0 without one
     */
    default void noteTask(int task, long nameAddress) {
    }

    /** Ends the instance; never returns. */
    void shutdown(int status);
}

package demitasse.platform.sim;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Clock;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.machine.Vdso;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The simulated machine: see the package. One at a time, since the memory behind {@code Memory} is one. */
public final class SimPlatform implements Platform {
    static final int RT_SIGRETURN = 15;
    static final int EXIT = 60;
    static final int EXIT_GROUP = 231;
    /** What a trap costs in virtual time, so that a program in a loop does not stop the clock. */
    private static final long TRAP_NS = 100;
    private static final int CONTEXT_BYTES = UserContext.VECTOR + 832;
    private static final int COMMAND_LINE_BYTES = 16 * PhysicalMemory.PAGE_BYTES;

    private final SimClock clock = new SimClock();
    private final SimConsole console = new SimConsole();
    private final Chance chance;
    private final SimMemory memory;
    private final int commandLineBytes;
    private final Map<Long, Program> programs = new HashMap<>();
    private final Map<Long, UserMode> running = new HashMap<>();
    private SimAddressSpace active;
    private long interrupts;
    private long alarmNs = Long.MAX_VALUE;
    private int hostSignal;

    /**
     * @param ramBytes how much memory the kernel finds
     * @param image the root file system image; empty for none
     */
    public SimPlatform(long ramBytes, byte[] image, String commandLine, Chance chance) {
        this.chance = chance;
        memory = new SimMemory(ramBytes, image, COMMAND_LINE_BYTES);
        byte[] line = commandLine.getBytes(StandardCharsets.UTF_8);
        commandLineBytes = line.length;
        for (int i = 0; i < line.length; i++) {
            Memory.putByte(memory.reservedAddress() + i, line[i]);
        }
    }

    /** User code whose instruction pointer stands at this address is the program. */
    public void place(long entryAddress, Program program) {
        programs.put(entryAddress, program);
    }

    public Chance chance() {
        return chance;
    }

    public void type(String text) {
        console.type(text);
        raise(CONSOLE);
    }

    public void endInput() {
        console.endInput();
        raise(CONSOLE);
    }

    /** Limits what the output streams take from now on; more room raises the interrupt that tells so. */
    public void setOutputRoom(int bytes) {
        console.setRoom(bytes);
        raise(CONSOLE);
    }

    public void signalFromHost(int signal) {
        hostSignal = signal;
        raise(SIGNAL);
    }

    void raise(long bits) {
        interrupts |= bits;
    }

    AddressSpace activeSpace() {
        return active;
    }

    void activate(SimAddressSpace space) {
        active = space;
    }

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public SimConsole console() {
        return console;
    }

    @Override
    public long entropy() {
        return chance.bits();
    }

    @Override
    public PhysicalMemory memory() {
        return memory;
    }

    @Override
    public Vdso vdso() {
        return NoVdso.INSTANCE;
    }

    @Override
    public long commandLineAddress() {
        return memory.reservedAddress();
    }

    @Override
    public int commandLineBytes() {
        return commandLineBytes;
    }

    @Override
    public AddressSpace newAddressSpace(FrameSource frames) {
        return SimAddressSpace.create(this, frames);
    }

    @Override
    public boolean hasBaseInstructions() {
        return false;
    }

    @Override
    public int contextBytes() {
        return CONTEXT_BYTES;
    }

    @Override
    public int run(UserContext user) {
        clock.advance(TRAP_NS);
        strikeAlarm();
        UserMode mode = running.get(user.address());
        if (mode == null || mode.hasExited()) {
            mode = start(user);
        }
        return mode.resume(user);
    }

    @Override
    public void saveVector(UserContext user) {
        user.setRegister(UserContext.FLAGS, user.register(UserContext.FLAGS) | UserContext.VECTOR_VALID);
    }

    @Override
    public void forgetVector(UserContext user) {
        user.setRegister(UserContext.FLAGS, user.register(UserContext.FLAGS) & ~UserContext.VECTOR_VALID);
    }

    @Override
    public long takeInterrupts() {
        strikeAlarm();
        long bits = interrupts;
        interrupts = 0;
        return bits;
    }

    @Override
    public int takeHostSignal() {
        int signal = hostSignal;
        hostSignal = 0;
        return signal;
    }

    @Override
    public void alarm(long deadlineNs) {
        alarmNs = deadlineNs;
    }

    @Override
    public void idleUntil(long deadlineNs) {
        if (interrupts != 0) {
            return;
        }
        if (deadlineNs == Long.MAX_VALUE) {
            throw new Deadlock("nothing can ever happen again: " + chance);
        }
        clock.advanceTo(deadlineNs);
        strikeAlarm();
    }

    @Override
    public void shutdown(int status) {
        running.values().forEach(UserMode::abandon);
        throw new Shutdown(status);
    }

    private void strikeAlarm() {
        if (clock.monotonicNs() >= alarmNs) {
            alarmNs = Long.MAX_VALUE;
            interrupts |= TIMER;
        }
    }

    private UserMode start(UserContext user) {
        UserMode mode = new UserMode(this, programAt(user.register(UserContext.RIP)));
        UserMode before = running.put(user.address(), mode);
        if (before != null) {
            before.abandon();
        }
        return mode;
    }

    Program programAt(long address) {
        Program program = programs.get(address);
        if (program == null) {
            throw new IllegalStateException("no program was placed at 0x" + Long.toHexString(address));
        }
        return program;
    }

    /** The instance has ended, as {@link Platform#shutdown} asks; thrown to the test. */
    public static final class Shutdown extends Error {
        private static final long serialVersionUID = 1L;
        private final int status;

        Shutdown(int status) {
            super("shutdown " + status, null, false, false);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** The kernel would sleep for ever: a lost wake-up, or a test that forgot its input. */
    public static final class Deadlock extends Error {
        private static final long serialVersionUID = 1L;

        Deadlock(String message) {
            super(message);
        }
    }

    private enum NoVdso implements Vdso {
        INSTANCE;

        @Override
        public long visibleAddress() {
            return 0;
        }

        @Override
        public long imageAddress() {
            return 0;
        }

        @Override
        public int imageBytes() {
            return 0;
        }

        @Override
        public void fillData(long dataFrame) {
            throw new IllegalStateException("there is no vDSO to fill in");
        }
    }
}

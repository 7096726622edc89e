package demitasse.testing;

import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.machine.Vdso;

/**
 * A platform whose user code is a Java method: {@link Program#run} stands for what runs until the next trap.
 * Time moves when the kernel idles or the test says so.
 */
public final class TestPlatform implements Platform {
    private static final int CONTEXT_BYTES = UserContext.REGISTERS_BYTES + 576;

    private final TestMemory memory;
    private final TestClock clock = new TestClock();
    private final TestConsole console = new TestConsole();
    private Program program = user -> {
        throw new IllegalStateException("the test gave no program");
    };
    private AddressSpace active;
    private long interrupts;
    private int hostSignal;
    private long alarmNs = Long.MAX_VALUE;
    private long entropy = 0x9e37_79b9_7f4a_7c15L;
    private int status = -1;

    /** User code: changes the registers, returns a Trap code. */
    public interface Program {
        int run(UserContext user);
    }

    /** Thrown by {@link #shutdown}, which must not return. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
        public final int status;

        Stopped(int status) {
            super("the instance ended with status " + status);
            this.status = status;
        }
    }

    public TestPlatform(TestMemory memory) {
        this.memory = memory;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public TestClock clock() {
        return clock;
    }

    @Override
    public TestConsole console() {
        return console;
    }

    @Override
    public long entropy() {
        // SplitMix64: the same numbers in every run.
        entropy += 0x9e37_79b9_7f4a_7c15L;
        long z = (entropy ^ entropy >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }

    @Override
    public TestMemory memory() {
        return memory;
    }

    @Override
    public Vdso vdso() {
        return NO_VDSO;
    }

    @Override
    public long commandLineAddress() {
        return 0;
    }

    @Override
    public int commandLineBytes() {
        return 0;
    }

    @Override
    public TestAddressSpace newAddressSpace(FrameSource frames) {
        return TestAddressSpace.create(this, frames);
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
        return program.run(user);
    }

    @Override
    public void saveVector(UserContext user) {
    }

    @Override
    public void forgetVector(UserContext user) {
    }

    @Override
    public long takeInterrupts() {
        if (clock.monotonicNs() >= alarmNs) {
            alarmNs = Long.MAX_VALUE;
            interrupts |= TIMER;
        }
        long taken = interrupts;
        interrupts = 0;
        return taken;
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
        if (interrupts == 0) {
            if (deadlineNs == Long.MAX_VALUE && alarmNs == Long.MAX_VALUE) {
                throw new IllegalStateException("the kernel would sleep for ever");
            }
            clock.advanceTo(Math.min(deadlineNs, alarmNs));
        }
    }

    @Override
    public void shutdown(int newStatus) {
        status = newStatus;
        throw new Stopped(newStatus);
    }

    void activated(AddressSpace space) {
        active = space;
    }

    public AddressSpace active() {
        return active;
    }

    public void program(Program newProgram) {
        program = newProgram;
    }

    public void raise(long interruptBits) {
        interrupts |= interruptBits;
    }

    /** Has the host ask for a signal. */
    public void signal(int number) {
        hostSignal = number;
        raise(SIGNAL);
    }

    /** What {@link #shutdown} was told, or -1. */
    public int status() {
        return status;
    }

    private static final Vdso NO_VDSO = new Vdso() {
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
            throw new IllegalStateException("there is no vDSO");
        }
    };
}

package demitasse.posix.signal;

import static demitasse.base.error.Errno.EINTR;
import static demitasse.posix.signal.SignalNumber.SIGSEGV;
import static demitasse.posix.signal.SignalNumber.SIGUSR1;
import static demitasse.posix.signal.SignalNumber.SIGUSR2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.testing.TestSystem;
import demitasse.testing.TestSystem.Program;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handlers: what they find on the stack, and what sigreturn(2) brings back. */
class SignalDeliveryTest {
    private static final int SEND = 1;
    private static final int SIGRETURN = 2;
    private static final int WAIT = 3;
    private static final long HANDLER = 0x1234_5000L;
    private static final long RESTORER = 0x1234_6000L;
    private static final long CODE = 0x40_1000L;
    private static final int STACK_BYTES = 0x10000;

    private final TestSystem system = new TestSystem();
    private Process process;
    private long stackTop;

    @BeforeEach
    void makeProcess() {
        UserSpace memory = UserSpace.create(system.platform, system.instance.pages(), 8 << 20, true);
        long start = memory.map(0, STACK_BYTES, MapFlags.PROT_READ | MapFlags.PROT_WRITE,
                MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS, null, 0, false);
        assertTrue(start > 0);
        stackTop = start + STACK_BYTES;
        process = system.process(memory);
        system.on(SEND, call -> {
            Signals.send(process, new SignalInfo().set((int) call.a0, SignalInfo.SI_QUEUE).from(7, 8).value(9));
            return 55;
        });
        system.on(SIGRETURN, call -> {
            if (SignalFrame.pop(call.task()) != 0) {
                Signals.force(call.task(), new SignalInfo().set(SIGSEGV, SignalInfo.SI_KERNEL));
            }
            return call.registersReplaced();
        });
        system.on(WAIT, call -> call.awaitDeadline());
    }

    private void handle(int signal, long flags, long mask) {
        process.signals().dispositions().set(signal, HANDLER, flags | Dispositions.SA_RESTORER, RESTORER, mask);
    }

    private Program begin() {
        return new Program().then(user -> {
            user.setRegister(UserContext.RSP, stackTop - 256);
            user.setRegister(UserContext.RIP, CODE);
            user.setRegister(UserContext.RBX, 0xb0b0);
            user.setRegister(UserContext.EFLAGS, 0x602);
            return Trap.INTERRUPT;
        });
    }

    private long load(long userAddress) {
        long frame = process.memory().mappingAt(userAddress) == null ? 0 : frameOf(userAddress);
        return Memory.getLong((frame & -4096) + (userAddress & 4095));
    }

    private long frameOf(long userAddress) {
        AddressSpace space = system.platform.active();
        return space.translate(userAddress & -4096);
    }

    /** Executes the handler's ret and the restorer's system call. */
    private static int returnFromHandler(UserContext user) {
        user.setRegister(UserContext.RSP, user.register(UserContext.RSP) + 8);
        user.setRegister(UserContext.ORIG_RAX, SIGRETURN);
        return Trap.SYSCALL;
    }

    @Test
    void handlerFindsTheFrameAndReturns() {
        handle(SIGUSR1, Dispositions.SA_SIGINFO, SignalNumber.bit(SIGUSR2));
        List<Long> seen = new ArrayList<>();
        Program program = begin().call(SEND, SIGUSR1).then(user -> {
            long sp = user.register(UserContext.RSP);
            assertEquals(HANDLER, user.register(UserContext.RIP));
            assertEquals(8, sp & 15, "as after a call: 16-byte aligned but for the return address");
            assertTrue(sp < stackTop - 256 - 128 - 440, "below the red zone");
            assertEquals(RESTORER, load(sp));
            assertEquals(SIGUSR1, user.register(UserContext.RDI));
            long info = user.register(UserContext.RSI);
            assertEquals(SIGUSR1, (int) load(info));
            assertEquals(SignalInfo.SI_QUEUE, (int) load(info + 8));
            assertEquals(7 | 8L << 32, load(info + 16));
            assertEquals(9, load(info + 24));
            long context = user.register(UserContext.RDX);
            assertEquals(sp + 8, context);
            assertEquals(55, load(context + 40 + 13 * 8), "rax of the interrupted code: the call's result");
            assertEquals(CODE, load(context + 40 + 16 * 8));
            assertEquals(0, load(context + 296), "nothing was blocked");
            long fpstate = load(context + 40 + 184);
            assertEquals(0, fpstate & 63);
            assertEquals(0x4650_5853, (int) load(fpstate + 464));
            assertEquals(0, user.register(UserContext.EFLAGS) & 0x400, "the direction flag is clear");
            assertEquals(SignalNumber.bit(SIGUSR1) | SignalNumber.bit(SIGUSR2), task().signals().mask());
            user.setRegister(UserContext.RBX, 0);
            user.setRegister(UserContext.EFLAGS, 0x202);
            seen.add(sp);
            return returnFromHandler(user);
        }).then(user -> {
            assertEquals(CODE, user.register(UserContext.RIP));
            assertEquals(stackTop - 256, user.register(UserContext.RSP));
            assertEquals(0xb0b0, user.register(UserContext.RBX));
            assertEquals(55, user.register(UserContext.RAX));
            assertEquals(0x602, user.register(UserContext.EFLAGS));
            assertEquals(0, task().signals().mask());
            seen.add(0L);
            return Trap.INTERRUPT;
        });
        system.start(process, program);
        assertEquals(0, system.run());
        assertEquals(2, seen.size());
    }

    private Task task() {
        return process.firstTask();
    }

    @Test
    void interruptedCallAnswersEintrWithoutSaRestart() {
        assertEquals(-EINTR, raxInFrame(0));
    }

    @Test
    void interruptedCallIsSetUpForARestartWithSaRestart() {
        assertEquals(WAIT, raxInFrame(Dispositions.SA_RESTART));
    }

    private long raxInFrame(long flags) {
        handle(SIGUSR1, flags, 0);
        long[] rax = {0, 0};
        system.start(process, begin().call(WAIT).then(user -> {
            rax[0] = load(user.register(UserContext.RDX) + 40 + 13 * 8);
            rax[1] = load(user.register(UserContext.RDX) + 40 + 16 * 8);
            return returnFromHandler(user);
        }));
        system.start(process, new Program().call(SEND, SIGUSR1).sleep());
        system.run();
        assertEquals(flags == 0 ? CODE : CODE - 2, rax[1]);
        return rax[0];
    }

    @Test
    void signalsThatComeTogetherNestTheirFrames() {
        handle(SIGUSR1, 0, 0);
        handle(SIGUSR2, 0, 0);
        system.on(4, call -> {
            Signals.send(process, SIGUSR1);
            Signals.send(process, SIGUSR2);
            return 0;
        });
        List<Long> order = new ArrayList<>();
        Program program = begin().call(4);
        for (int i = 0; i < 2; i++) {
            program.then(user -> {
                order.add(user.register(UserContext.RDI));
                return returnFromHandler(user);
            });
        }
        system.start(process, program.then(user -> {
            assertEquals(CODE, user.register(UserContext.RIP));
            return Trap.INTERRUPT;
        }));
        assertEquals(0, system.run());
        assertEquals(List.of((long) SIGUSR2, (long) SIGUSR1), order, "the last frame is on top");
    }

    @Test
    void faultIsForcedOnAProgramThatBlocksIt() {
        system.start(process, begin().then(user -> {
            task().signals().setMask(-1);
            user.setRegister(UserContext.FAULT_ADDRESS, 0x10);
            return Trap.PAGE_FAULT;
        }));
        assertEquals(128 + SIGSEGV, system.run());
    }

    @Test
    void handlerOfAFaultSeesTheAddress() {
        handle(SIGSEGV, Dispositions.SA_SIGINFO, 0);
        long[] seen = new long[3];
        system.start(process, begin().then(user -> {
            user.setRegister(UserContext.FAULT_ADDRESS, 0xdead_0000L);
            user.setRegister(UserContext.ERROR_CODE, 6);
            return Trap.PAGE_FAULT;
        }).then(user -> {
            seen[0] = load(user.register(UserContext.RSI) + 16);
            seen[1] = (int) load(user.register(UserContext.RSI) + 8);
            seen[2] = load(user.register(UserContext.RDX) + 40 + 160);
            return returnFromHandler(user);
        }));
        assertEquals(0, system.run());
        assertEquals(0xdead_0000L, seen[0]);
        assertEquals(1, seen[1], "SEGV_MAPERR");
        assertEquals(14, seen[2], "trapno: page fault");
    }

    @Test
    void alternateStackIsUsedAndTooSmallOneKills() {
        handle(SIGUSR1, Dispositions.SA_ONSTACK, 0);
        long alternate = stackTop - STACK_BYTES;
        system.start(process, begin().call(SEND, SIGUSR1).then(user -> {
            long sp = user.register(UserContext.RSP);
            assertTrue(sp > alternate && sp < alternate + 8192);
            assertTrue(task().signals().isOnStack(sp));
            return returnFromHandler(user);
        }).then(user -> {
            task().signals().setStack(alternate, 600, 0);
            return Trap.INTERRUPT;
        }).call(SEND, SIGUSR1));
        task().signals().setStack(alternate, 8192, 0);
        assertEquals(128 + SIGSEGV, system.run());
    }

    @Test
    void sigreturnRefusesWhatIsNoFrame() {
        system.start(process, begin().then(user -> {
            user.setRegister(UserContext.RSP, 0x7000_0000L);
            return returnFromHandler(user);
        }));
        assertEquals(128 + SIGSEGV, system.run());
    }

    @Test
    void sigreturnRefusesKernelAddresses() {
        handle(SIGUSR1, 0, 0);
        system.start(process, begin().call(SEND, SIGUSR1).then(user -> {
            long ip = user.register(UserContext.RDX) + 40 + 16 * 8;
            Memory.putLong((frameOf(ip) & -4096) + (ip & 4095), 0xffff_8000_0000_0000L);
            return returnFromHandler(user);
        }));
        assertEquals(128 + SIGSEGV, system.run());
    }

    @Test
    void realTimeSignalsQueueInOrderAndStandardOnesOnce() {
        int realTime = SignalNumber.SIGRTMIN + 2;
        task(start -> start.signals().setMask(-1));
        for (int i = 0; i < 3; i++) {
            Signals.send(process, new SignalInfo().set(realTime, SignalInfo.SI_QUEUE).value(i));
            Signals.send(process, new SignalInfo().set(SIGUSR1, SignalInfo.SI_QUEUE).value(i));
        }
        SignalInfo out = new SignalInfo();
        TaskSignals signals = task().signals();
        assertTrue(signals.take(SignalNumber.bit(SIGUSR1), out));
        assertFalse(signals.take(SignalNumber.bit(SIGUSR1), out));
        for (int i = 0; i < 3; i++) {
            assertTrue(signals.take(-1, out));
            assertEquals(realTime, out.number);
            assertEquals(i, out.field1);
        }
        assertFalse(signals.take(-1, out));
        assertEquals(0, signals.waiting());
    }

    private void task(java.util.function.Consumer<Task> action) {
        action.accept(system.start(process, new Program()));
    }
}

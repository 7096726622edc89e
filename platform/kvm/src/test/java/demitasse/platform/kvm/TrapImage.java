package demitasse.platform.kvm;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;

/** A kernel of a few lines: runs hand-made programs in ring 3 and says what happened, one line each. */
final class TrapImage {
    private static final long TEXT = 0x40_0000;
    private static final long DATA = 0x50_0000;
    private static final int READ_EXECUTE = AddressSpace.READ | AddressSpace.EXECUTE;
    private static final int READ_WRITE = AddressSpace.READ | AddressSpace.WRITE;
    private static final int PAGE_BYTES = 4096;
    private static final int CALLS = 200_000;
    private static final long NS_PER_MS = 1_000_000;

    /** 1: mov $110, %eax; syscall; jmp 1b. */
    private static final byte[] LOOP = {(byte) 0xb8, 110, 0, 0, 0, 0x0f, 0x05, (byte) 0xeb, (byte) 0xf7};
    /** mov $0x7000000, %eax; movq $1, (%rax). */
    private static final byte[] FAULT = {(byte) 0xb8, 0, 0, 0, 7, 0x48, (byte) 0xc7, 0, 1, 0, 0, 0};
    /** mov $0x400000, %eax; movq $1, (%rax). */
    private static final byte[] OWN_TEXT = {(byte) 0xb8, 0, 0, 0x40, 0, 0x48, (byte) 0xc7, 0, 1, 0, 0, 0};
    /** mov $0x500000, %eax; jmp *%rax. */
    private static final byte[] OWN_DATA = {(byte) 0xb8, 0, 0, 0x50, 0, (byte) 0xff, (byte) 0xe0};
    /** mov $-0x7ff00000, %rax; mov (%rax), %rax. */
    private static final byte[] KERNEL = {0x48, (byte) 0xc7, (byte) 0xc0, 0, 0, 0x10, (byte) 0x80, 0x48,
        (byte) 0x8b, 0};
    /** xor %eax, %eax; mov (%rax), %rax. */
    private static final byte[] NULL = {0x31, (byte) 0xc0, 0x48, (byte) 0x8b, 0};
    private static final byte[] UNDEFINED = {0x0f, 0x0b};
    /** xor %ecx, %ecx; div %ecx. */
    private static final byte[] DIVIDE = {0x31, (byte) 0xc9, (byte) 0xf7, (byte) 0xf1};
    private static final byte[] BREAKPOINT = {(byte) 0xcc};
    /** out %al, $0xf4: would end the machine. */
    private static final byte[] PORT = {(byte) 0xe6, (byte) 0xf4};
    private static final byte[] DISABLE_INTERRUPTS = {(byte) 0xfa};
    private static final byte[] SPIN = {(byte) 0xeb, (byte) 0xfe};
    /** movq %rdi, %xmm7; wrfsbase %rsi; 1: syscall; movq %xmm7, %rax; rdfsbase %rdx; jmp 1b. */
    private static final byte[] VECTOR = {0x66, 0x48, 0x0f, 0x6e, (byte) 0xff, (byte) 0xf3, 0x48, 0x0f, (byte) 0xae,
        (byte) 0xd6, 0x0f, 0x05, 0x66, 0x48, 0x0f, 0x7e, (byte) 0xf8, (byte) 0xf3, 0x48, 0x0f, (byte) 0xae,
        (byte) 0xc2, (byte) 0xeb, (byte) 0xf2};
    /** std; 1: syscall; pushfq; pop %rbx; jmp 1b. */
    private static final byte[] DIRECTION = {(byte) 0xfd, 0x0f, 0x05, (byte) 0x9c, 0x5b, (byte) 0xeb, (byte) 0xfa};

    private final Platform platform = new KvmPlatform();
    private final Pages pages = new Pages(platform.memory());
    private final UserContext context = context();
    private final UserContext other = context();
    private final long text = pages.take();
    private final long data = pages.take();
    private final long line = pages.take();
    private int lineBytes;
    private AddressSpace space;

    private TrapImage() {
    }

    public static void main(String[] arguments) {
        new TrapImage().run();
    }

    private void run() {
        load(LOOP);
        say("call", trap());
        say("number", context.register(UserContext.ORIG_RAX));
        say("resumes at", context.register(UserContext.RIP) - TEXT);
        say("every register survives", survivors());
        measureCalls();
        runFault("missing page", FAULT);
        runFault("own text", OWN_TEXT);
        runFault("own data", OWN_DATA);
        runFault("kernel memory", KERNEL);
        runFault("null", NULL);
        runException("undefined", UNDEFINED);
        runException("division", DIVIDE);
        runException("breakpoint", BREAKPOINT);
        runException("port", PORT);
        runException("interrupt flag", DISABLE_INTERRUPTS);
        runWildJump();
        runAlarm();
        runVectors();
        runDirection();
        runRemapping();
        runIdle();
        say("writable text", space.map(TEXT, PAGE_BYTES, 7, text));
        platform.shutdown(9);
    }

    private int survivors() {
        int same = 0;
        load(LOOP);
        for (int register = UserContext.R15; register <= UserContext.RDI; register += 8) {
            context.setRegister(register, 0x1000 + register);
        }
        trap();
        for (int register = UserContext.R15; register <= UserContext.RDI; register += 8) {
            same += context.register(register) == 0x1000 + register ? 1 : 0;
        }
        return same;
    }

    private void measureCalls() {
        load(LOOP);
        long startNs = platform.clock().monotonicNs();
        for (int i = 0; i < CALLS; i++) {
            if (platform.run(context) != Trap.SYSCALL) {
                say("broken loop", i);
            }
            context.setRegister(UserContext.RAX, i);
        }
        say("nanoseconds per call", (platform.clock().monotonicNs() - startNs) / CALLS);
    }

    private void runFault(String name, byte[] code) {
        load(code);
        say(name, trap());
        say("  error", context.register(UserContext.ERROR_CODE));
        say("  at", context.register(UserContext.FAULT_ADDRESS));
    }

    private void runException(String name, byte[] code) {
        load(code);
        say(name, trap());
        say("  vector", context.register(UserContext.TRAP_INFO));
        say("  at", context.register(UserContext.RIP) - TEXT);
    }

    private void runWildJump() {
        load(LOOP);
        context.setRegister(UserContext.RIP, 0x8000_0000_0000L);
        say("wild jump", trap());
        say("  vector", context.register(UserContext.TRAP_INFO));
        context.setRegister(UserContext.RIP, TEXT);
        context.setRegister(UserContext.EFLAGS, -1);
        context.setRegister(UserContext.RSP, Long.MIN_VALUE);
        say("wild flags", trap());
    }

    private void runAlarm() {
        load(SPIN);
        long startNs = platform.clock().monotonicNs();
        platform.alarm(startNs + 5 * NS_PER_MS);
        say("spin", trap());
        long tookNs = platform.clock().monotonicNs() - startNs;
        say("  in time", tookNs >= 5 * NS_PER_MS && tookNs < 500 * NS_PER_MS ? 1 : tookNs);
        say("  interrupts", platform.takeInterrupts());
        say("  taken", platform.takeInterrupts());
        platform.alarm(Long.MAX_VALUE);
    }

    private void runVectors() {
        load(VECTOR);
        context.setRegister(UserContext.RDI, 0x1111);
        context.setRegister(UserContext.RSI, 0x5000);
        trap();
        Memory.copy(context.address(), other.address(), UserContext.REGISTERS_BYTES);
        other.setRegister(UserContext.RIP, TEXT);
        other.setRegister(UserContext.RDI, 0x2222);
        other.setRegister(UserContext.RSI, 0x6000);
        other.setRegister(UserContext.FLAGS, UserContext.FULL);
        platform.run(other);
        trap();
        say("vector", context.register(UserContext.RAX));
        say("  fs base", context.register(UserContext.RDX));
        platform.run(other);
        say("  of the other", other.register(UserContext.RAX));
        say("  fs base", other.register(UserContext.RDX));
        platform.saveVector(other);
        say("  saved", other.register(UserContext.VECTOR + 160 + 7 * 16));
        say("  fs base", other.register(UserContext.FS_BASE));
        platform.forgetVector(other);
        other.setRegister(UserContext.VECTOR + 160 + 7 * 16, 0x3333);
        other.setRegister(UserContext.FS_BASE, 0x7000);
        platform.run(other);
        say("  edited", other.register(UserContext.RAX));
        say("  fs base", other.register(UserContext.RDX));
    }

    private void runDirection() {
        load(DIRECTION);
        context.setRegister(UserContext.RSP, DATA + PAGE_BYTES);
        trap();
        trap();
        say("direction", context.register(UserContext.RBX) & 0x400);
    }

    private void runRemapping() {
        load(LOOP);
        trap();
        long second = pages.take();
        Memory.putInt(second, 0x0b0f);
        space.map(TEXT, PAGE_BYTES, READ_EXECUTE, second);
        context.setRegister(UserContext.RIP, TEXT);
        context.restoreFully();
        say("remapped", trap());
        space.protect(TEXT, PAGE_BYTES, 0);
        say("denied", trap());
        space.protect(TEXT, PAGE_BYTES, READ_EXECUTE);
        say("allowed", trap());
        space.unmap(TEXT, PAGE_BYTES);
        say("unmapped", trap());
    }

    private void runIdle() {
        long startNs = platform.clock().monotonicNs();
        platform.idleUntil(startNs + 5 * NS_PER_MS);
        long tookNs = platform.clock().monotonicNs() - startNs;
        say("idle in time", tookNs >= 5 * NS_PER_MS && tookNs < 500 * NS_PER_MS ? 1 : tookNs);
        say("  interrupts", platform.takeInterrupts());
    }

    private int trap() {
        return platform.run(context);
    }

    /** A new address space with the code at TEXT, and a context that starts there. */
    private void load(byte[] code) {
        Memory.fill(text, PAGE_BYTES, (byte) 0);
        for (int i = 0; i < code.length; i++) {
            Memory.putByte(text + i, code[i]);
        }
        space = platform.newAddressSpace(pages);
        space.activate();
        space.map(TEXT, PAGE_BYTES, READ_EXECUTE, text);
        space.map(DATA, PAGE_BYTES, READ_WRITE, data);
        platform.forgetVector(context);
        Memory.fill(context.address(), platform.contextBytes(), (byte) 0);
        context.setRegister(UserContext.RIP, TEXT);
        context.restoreFully();
    }

    private UserContext context() {
        return new UserContext(pages.allocate(1));
    }

    private void say(String what, long value) {
        lineBytes = 0;
        for (int i = 0; i < what.length(); i++) {
            put(what.charAt(i));
        }
        put(' ');
        putNumber(value);
        put('\n');
        platform.console().write(1, line, lineBytes);
    }

    private void putNumber(long value) {
        if (value < 0) {
            put('-');
            putNumber(-value);
            return;
        }
        if (value >= 10) {
            putNumber(value / 10);
        }
        put((char) ('0' + value % 10));
    }

    private void put(char character) {
        Memory.putByte(line + lineBytes, (byte) character);
        lineBytes++;
    }
}

package demitasse.platform.linux;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;

/**
 * A kernel of a few lines: runs hand-made programs on the real platform and says what happened, one line
 * each. Compiled and started by {@link SmokeImageTest}.
 */
final class SmokeImage {
    private static final long TEXT = 0x40_0000;
    private static final long STUBS = 0x50_0000;
    private static final int READ_EXECUTE = AddressSpace.READ | AddressSpace.EXECUTE;
    private static final int CALLS = 20_000_000;

    /** nop; 1: mov $110, %eax; syscall; jmp 1b. */
    private static final byte[] LOOP =
            {(byte) 0x90, (byte) 0xb8, 110, 0, 0, 0, 0x0f, 0x05, (byte) 0xeb, (byte) 0xf7};
    /** mov $110, %eax; nop; syscall; cmp $-4096, %rax; ja 1f; ud2; 1: ud2. */
    private static final byte[] FOLLOWED = {(byte) 0xb8, 110, 0, 0, 0, (byte) 0x90, 0x0f, 0x05, 0x48, 0x3d, 0,
        (byte) 0xf0, (byte) 0xff, (byte) 0xff, 0x77, 2, 0x0f, 0x0b, 0x0f, 0x0b};
    /** mov $0x7000000, %eax; movq $1, (%rax). */
    private static final byte[] FAULT = {(byte) 0xb8, 0, 0, 0, 7, 0x48, (byte) 0xc7, 0, 1, 0, 0, 0};
    private static final byte[] SPIN = {(byte) 0xeb, (byte) 0xfe};

    private final Platform platform = new LinuxPlatform();
    private final Pages pages = new Pages(platform.memory());
    private final UserContext context = new UserContext(pages.take());
    private final long text = pages.take();
    private final long line = pages.take();
    private int lineBytes;
    private AddressSpace space;

    private SmokeImage() {
    }

    public static void main(String[] arguments) {
        new SmokeImage().run();
    }

    private void run() {
        load(LOOP);
        say("unpatched loop", trap());
        load(LOOP);
        space.patchText(text, TEXT, LOOP.length, STUBS);
        say("patched loop", trap());
        say("number", context.register(UserContext.ORIG_RAX));
        measure();
        load(FOLLOWED);
        space.patchText(text, TEXT, FOLLOWED.length, STUBS);
        say("followed", trap());
        context.setRegister(UserContext.RAX, -5);
        trap();
        say("ends at", context.register(UserContext.RIP) - TEXT);
        context.setRegister(UserContext.RIP, TEXT + 8);
        context.restoreFully();
        trap();
        say("a jump behind the call ends at", context.register(UserContext.RIP) - TEXT);
        load(FAULT);
        say("fault", trap());
        say("at", context.register(UserContext.FAULT_ADDRESS));
        load(SPIN);
        platform.alarm(platform.clock().monotonicNs() + 1_000_000);
        say("spin", trap());
        say("interrupts", platform.takeInterrupts());
        say("writable text", space.map(TEXT, 4096, 7, text));
        platform.shutdown(0);
    }

    private int trap() {
        int trap = platform.run(context);
        while ((trap == Trap.EXCEPTION || trap == Trap.PAGE_FAULT) && space.repairs(trap, context)) {
            trap = platform.run(context);
        }
        return trap;
    }

    /** A new address space with the code at TEXT, and a context that starts there. */
    private void load(byte[] code) {
        for (int i = 0; i < code.length; i++) {
            Memory.putByte(text + i, code[i]);
        }
        space = platform.newAddressSpace(pages);
        space.activate();
        space.map(TEXT, 4096, READ_EXECUTE, text);
        platform.forgetVector(context);
        Memory.fill(context.address(), 4096, (byte) 0);
        context.setRegister(UserContext.RIP, TEXT);
        context.restoreFully();
    }

    private void measure() {
        long start = platform.clock().monotonicNs();
        for (int i = 0; i < CALLS; i++) {
            if (platform.run(context) != Trap.SYSCALL) {
                say("broken loop", i);
            }
            context.setRegister(UserContext.RAX, i);
        }
        long picoseconds = (platform.clock().monotonicNs() - start) / (CALLS / 1000);
        say("picoseconds per patched call", picoseconds);
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

package demitasse.platform.kvm;

import demitasse.alloc.Pages;
import demitasse.base.error.Panic;
import demitasse.base.memory.Memory;
import demitasse.machine.Platform;

/** A kernel that breaks itself, or talks to the host, as the first letter of its command line says. */
final class PanicImage {
    private static final long TEXT = 0xffff_ffff_8010_0000L;
    private static final long TEXT_IN_DIRECT_MAP = 0xffff_8000_0010_0000L;
    private static final int EOF = 0;
    private static final int SIGNALS_EXPECTED = 3;

    private final Platform platform = new KvmPlatform();
    private final long page = new Pages(platform.memory()).take();
    private int[] none;
    private final int[] three = new int[3];

    private PanicImage() {
    }

    public static void main(String[] arguments) {
        new PanicImage().run();
    }

    private void run() {
        Memory.putLong(page, 0x0065_6e6f);
        platform.noteTask(7, page);
        switch (Memory.getByte(platform.commandLineAddress())) {
            case 'n' -> none[0] = 1;
            case 'z' -> Memory.putByte(three[0] + 8, (byte) 1);
            case 'b' -> three[2 + platform.commandLineBytes()] = 1;
            case 'd' -> three[0] = 1 / three[1];
            case 's' -> three[0] = recurse(1);
            case 't' -> Memory.putByte(TEXT, (byte) 0);
            case 'a' -> Memory.putByte(TEXT_IN_DIRECT_MAP, (byte) 0);
            case 'u' -> Memory.putByte(0x40_0000, (byte) 0);
            case 'r' -> throw Panic.because("a reason of its own");
            case 'e' -> throw new IllegalStateException("thrown");
            case 'w' -> sayRows();
            case 'c' -> echo();
            case 'h' -> awaitSignals();
            default -> platform.shutdown(3);
        }
        platform.shutdown(4);
    }

    private int recurse(int depth) {
        return recurse(depth + 1) + recurse(depth + 2);
    }

    private void echo() {
        for (;;) {
            int count = platform.console().read(page, 4096);
            if (count == EOF) {
                platform.shutdown(42);
            } else if (count > 0) {
                writeAll(count);
            } else {
                platform.idleUntil(Long.MAX_VALUE);
                platform.takeInterrupts();
            }
        }
    }

    private void writeAll(int count) {
        int done = 0;
        while (done < count) {
            int written = platform.console().write(1, page + done, count - done);
            if (written > 0) {
                done += written;
            } else {
                platform.idleUntil(Long.MAX_VALUE);
                platform.takeInterrupts();
            }
        }
    }

    /** Says on standard error that it listens, then one letter for each signal on standard output. */
    private void awaitSignals() {
        platform.console().write(2, page, 1);
        for (int seen = 0; seen < SIGNALS_EXPECTED;) {
            platform.idleUntil(Long.MAX_VALUE);
            if ((platform.takeInterrupts() & Platform.SIGNAL) != 0) {
                for (int number = platform.takeHostSignal(); number != 0; number = platform.takeHostSignal()) {
                    Memory.putByte(page, (byte) ('a' + number));
                    platform.console().write(1, page, 1);
                    seen++;
                }
            }
        }
        sayRows();
    }

    private void sayRows() {
        Memory.putByte(page, (byte) ('0' + (platform.console().size() >>> 16)));
        platform.console().write(1, page, 1);
        platform.shutdown(platform.console().size() & 0xffff);
    }
}

package bench;

import org.teavm.interop.Address;
import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/**
 * What Java costs after TeaVM and gcc: ticks of the time stamp counter per element or operation, best of some
 * rounds.
 */
@Include(value = "process.h", isSystem = false)
public final class Loops {
    private static final int ROUNDS = 7;
    private static final int LENGTH = 1 << 16;
    private static final int REPEATS = 100;
    private static final int CALLS = 3_000_000;

    private interface Operation {
        int apply(int x);
    }

    private record Add(int by) implements Operation {
        @Override
        public int apply(int x) {
            return x + by;
        }
    }

    private record Subtract(int by) implements Operation {
        @Override
        public int apply(int x) {
            return x - by;
        }
    }

    private record Exclude(int by) implements Operation {
        @Override
        public int apply(int x) {
            return x ^ by;
        }
    }

    private static final class Holder {
        private byte[] bytes;
        private Holder next;
    }

    private static int sink;
    private static Object kept;

    private Loops() {
    }

    public static void main(String[] arguments) {
        Holder holder = new Holder();
        holder.bytes = new byte[LENGTH];
        holder.next = holder;
        byte[] target = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            holder.bytes[i] = (byte) (i * 7);
        }
        Operation[] operations = {new Add(1), new Subtract(2), new Exclude(3)};
        long[] best = new long[6];
        for (int round = 0; round < ROUNDS; round++) {
            long start = ticks();
            for (int i = 0; i < REPEATS; i++) {
                sink += sum(holder);
            }
            note(best, 0, start);
            start = ticks();
            for (int i = 0; i < REPEATS; i++) {
                copy(holder.bytes, target);
            }
            note(best, 1, start);
            start = ticks();
            for (int i = 0; i < REPEATS; i++) {
                sink += sumRaw(Address.ofData(target), LENGTH);
            }
            note(best, 2, start);
            start = ticks();
            for (int i = 0; i < CALLS; i++) {
                sink += operations[i % 3].apply(i);
            }
            note(best, 3, start);
            start = ticks();
            for (int i = 0; i < CALLS; i++) {
                kept = new Holder();
            }
            note(best, 4, start);
            start = ticks();
            for (int i = 1; i < CALLS; i++) {
                sink += LENGTH / i;
            }
            note(best, 5, start);
        }
        report("byte[] in a field, sum, per byte", best[0], REPEATS * LENGTH);
        report("byte[] to byte[], copy, per byte", best[1], REPEATS * LENGTH);
        report("raw memory, sum, per byte", best[2], REPEATS * LENGTH);
        report("interface call, three targets", best[3], CALLS);
        report("new object of 32 bytes", best[4], CALLS);
        report("int division", best[5], CALLS);
    }

    private static int sum(Holder holder) {
        int sum = 0;
        for (int i = 0; i < holder.bytes.length; i++) {
            sum += holder.bytes[i];
        }
        return sum;
    }

    private static void copy(byte[] source, byte[] target) {
        for (int i = 0; i < source.length; i++) {
            target[i] = source[i];
        }
    }

    @Unmanaged
    private static int sumRaw(Address address, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += address.add(i).getByte();
        }
        return sum;
    }

    private static void note(long[] best, int index, long start) {
        long ticks = ticks() - start;
        if (best[index] == 0 || ticks < best[index]) {
            best[index] = ticks;
        }
    }

    private static void report(String name, long ticks, int count) {
        long hundredths = ticks * 100 / count;
        line(hundredths / 100 + (hundredths % 100 < 10 ? ".0" : ".") + hundredths % 100 + "  " + name);
    }

    private static void line(String text) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
        put('\n');
    }

    @Unmanaged
    @Import(name = "process_put")
    private static native void put(int character);

    @Unmanaged
    @Import(name = "process_ticks")
    private static native long ticks();
}

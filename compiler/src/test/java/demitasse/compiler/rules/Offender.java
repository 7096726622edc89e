package demitasse.compiler.rules;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import org.teavm.interop.Unmanaged;

/** Breaks every rule that the plugin verifies, and keeps to them where it looks as if it did not. */
public final class Offender {
    private static Object kept;
    private static int number;
    private static int[] table = numbers(3);

    interface Operation {
        int apply(int x);
    }

    private record Harmless(int added) implements Operation {
        @Override
        public int apply(int x) {
            return x + added;
        }
    }

    private record Allocating(int added) implements Operation {
        @Override
        public int apply(int x) {
            return deeper(x + added);
        }
    }

    private Offender() {
    }

    public static void main(String[] arguments) {
        number = arguments.length;
        Operation operation = number == 0 ? new Harmless(1) : new Allocating(2);
        hot(operation, number);
        hotAndRight(new int[1]);
        boxes(number);
        catches();
        unmanaged(number);
        RightlyUnmanaged.swap((short) number);
        kept = new int[number][number];
    }

    private static int[] numbers(int count) {
        return new int[count];
    }

    @HotPath("per test")
    private static int hot(Operation operation, int x) {
        return operation.apply(x) + number;
    }

    private static int deeper(int x) {
        kept = new int[x];
        return x;
    }

    @HotPath("per test")
    private static int hotAndRight(int[] numbers) {
        assert numbers.length < 100 : "too many: " + numbers.length;
        if (numbers.length == 7) {
            throw new IllegalStateException("seven " + numbers[0]);
        }
        return rare(numbers.length);
    }

    @ColdPath("allocates once")
    private static int rare(int x) {
        kept = new long[x];
        return x;
    }

    @HotPath("per test")
    private static void boxes(Integer x) {
        kept = x + 1;
    }

    private static void catches() {
        try {
            number = 5 / number;
        } catch (ArithmeticException e) {
            number = 1;
        }
    }

    private static void onlyFinally() {
        try {
            number++;
        } finally {
            number--;
        }
    }

    @Unmanaged
    private static int unmanaged(int x) {
        return managed(x) + table[0];
    }

    private static final class RightlyUnmanaged {
        @Unmanaged
        static int swap(short x) {
            return Short.reverseBytes(x);
        }
    }

    private static int managed(int x) {
        onlyFinally();
        kept = new char[x];
        return x;
    }
}

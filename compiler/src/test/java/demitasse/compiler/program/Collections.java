package demitasse.compiler.program;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The few collections that are free of floating point. */
final class Collections {
    private Collections() {
    }

    static void run() {
        List<String> list = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            list.add("n" + (i * 37 % 101));
        }
        list.removeIf(text -> text.endsWith("3"));
        list.sort((a, b) -> a.length() != b.length() ? a.length() - b.length() : a.compareTo(b));
        Output.line(list.toString() + list.size() + list.indexOf("n50") + list.contains("n3"));
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        for (int i = 0; i < 50; i++) {
            queue.addLast(i);
            if (i % 3 == 0) {
                queue.removeFirst();
            }
        }
        Output.line(queue.toString() + queue.peekFirst());
        int[] numbers = {5, 3, 9, -1, 7};
        int[] copy = Arrays.copyOf(numbers, 7);
        Arrays.sort(copy);
        System.arraycopy(copy, 1, numbers, 0, 4);
        System.arraycopy(numbers, 0, numbers, 1, 4);
        Output.line(Arrays.toString(numbers) + Arrays.toString(copy) + Arrays.equals(numbers, copy)
                + Arrays.toString(numbers.clone()));
        long[] filled = new long[5];
        Arrays.fill(filled, 1, 4, -9L);
        Output.line(Arrays.toString(filled) + Arrays.hashCode(filled));
    }
}

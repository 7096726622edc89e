package demitasse.compiler.program;

/** Static initialisers run once, at the first use, in order. */
final class Initialisers {
    private static final class First {
        static final int VALUE = noisy("first", 1);
        static int other = VALUE + Second.value;
    }

    private static final class Second {
        static int value = noisy("second", 2);
    }

    private static final class Unused {
        static int value = noisy("unused", 3);
    }

    private Initialisers() {
    }

    static void run() {
        Output.line("before");
        Output.line("sum " + First.other);
        Output.line("again " + First.other + Second.value);
        if (Second.value < 0) {
            Output.line("never " + Unused.value);
        }
    }

    private static int noisy(String name, int value) {
        Output.line("init " + name);
        return value;
    }
}

package demitasse.compiler.program;

/** One bug each. A line that is meant to trap says so in a comment that the test looks for. */
final class Failures {
    private static int zero;
    private static int[] three = new int[3];
    private static Object text = "text";
    private static Failures nothing;

    private int field;

    private Failures() {
    }

    static void run(int choice) {
        Output.line("before");
        switch (choice) {
            case 10 -> Output.line("" + 5 / zero); // trap 10
            case 11 -> Output.line("" + 5L % zero); // trap 11
            case 12 -> Output.line("" + three[3 + zero]); // trap 12
            case 13 -> three[zero - 1] = 4; // trap 13
            case 14 -> Output.line("" + nothing.field); // trap 14
            case 15 -> nothing.call(); // trap 15
            case 16 -> Output.line("" + new int[zero - 1].length); // allocation 16
            case 17 -> Output.line("" + new long[0x2000_0001 + zero].length); // allocation 17
            case 18 -> throw new IllegalStateException("bad " + zero);
            case 19 -> throw new OwnError();
            case 20 -> Output.line("" + (Integer) text);
            case 21 -> {
                assert zero == 1 : "zero is " + zero;
            }
            case 22 -> fill();
            default -> throw new UnsupportedOperationException();
        }
        Output.line("after");
    }

    private static void fill() {
        Object[] chain = null;
        while (zero == 0) {
            chain = new Object[] {chain, new byte[1000]};
        }
        Output.line("" + chain.length);
    }

    private void call() {
        field++;
    }

    private static final class OwnError extends Error {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            return "own message " + zero;
        }
    }
}

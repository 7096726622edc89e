package demitasse.compiler.program;

/** The programs whose behaviour must be the same compiled and on HotSpot; the first argument chooses one. */
public final class Suite {
    static final int ARITHMETIC = 1;
    static final int TEXT = 2;
    static final int TYPES = 3;
    static final int COLLECTIONS = 4;
    static final int GARBAGE = 5;
    static final int INITIALISERS = 6;
    static final int REPEATED = 7;
    static final int SPEED = 8;
    static final int COPIES = 9;
    private static final int REPETITIONS = 400;

    private Suite() {
    }

    public static void main(String[] arguments) {
        run(Output.choice());
    }

    static void run(int choice) {
        switch (choice) {
            case ARITHMETIC -> Arithmetic.run();
            case TEXT -> Text.run();
            case TYPES -> Types.run();
            case COLLECTIONS -> Collections.run();
            case GARBAGE -> Garbage.run();
            case INITIALISERS -> Initialisers.run();
            case REPEATED -> repeat();
            case SPEED -> Speed.run();
            case COPIES -> Copies.run();
            default -> Failures.run(choice);
        }
    }

    /** So often that the collector runs at many places of the others. */
    private static void repeat() {
        Output.mute(true);
        for (int i = 0; i < REPETITIONS; i++) {
            Text.run();
            Types.run();
            Collections.run();
        }
        Output.mute(false);
    }
}

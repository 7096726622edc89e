package demitasse.compiler.program;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.WarmPath;

/** Methods of all temperatures; recursive, so that TeaVM makes a function of each. */
final class Speed {
    private Speed() {
    }

    static void run() {
        Output.line("hot " + hot(5) + ", warm " + warm(4).length + ", slow " + slow(6));
    }

    @HotPath("per test")
    private static int hot(int x) {
        return x < 2 ? x : hot(x - 1) + reached(x);
    }

    private static int reached(int x) {
        return x < 2 ? 1 : reached(x - 2) * 3;
    }

    @WarmPath("per test")
    private static int[] warm(int x) {
        return x < 2 ? new int[rare(x)] : warm(x - 1);
    }

    @ColdPath("the last of all")
    private static int rare(int x) {
        return x < 1 ? 7 : rare(x - 1) + both(x);
    }

    /** Rare things call it, and {@link #coldAndWarm} does. */
    private static int both(int x) {
        return x < 1 ? 2 : both(x - 1) + 1;
    }

    @ColdPath("no hot path enters it")
    @WarmPath("it is fast itself")
    private static int coldAndWarm(int x) {
        return x < 1 ? both(x) : coldAndWarm(x - 1);
    }

    private static int slow(int x) {
        return x < 2 ? coldAndWarm(x) : slow(x - 2) + 1;
    }
}

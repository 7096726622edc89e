package demitasse.platform.sim;

import java.util.Random;

/** Where the simulator interferes: drawn from one seed. */
public final class Chance {
    private final long seed;
    private final Random random;
    private final Policy policy;
    private final int period;
    private int traps;

    /** When user code is preempted, beside its own traps. */
    public enum Policy {
        NEVER, ALWAYS, EVERY, RANDOMLY
    }

    /** @param period for EVERY: the distance in traps; for RANDOMLY: the mean distance */
    public Chance(long seed, Policy policy, int period) {
        this.seed = seed;
        this.random = new Random(seed);
        this.policy = policy;
        this.period = period;
    }

    public static Chance calm(long seed) {
        return new Chance(seed, Policy.NEVER, 1);
    }

    public long seed() {
        return seed;
    }

    /** Whether a timer interrupt strikes before the next instruction of user code. */
    boolean preempts() {
        traps++;
        return switch (policy) {
            case NEVER -> false;
            case ALWAYS -> true;
            case EVERY -> traps % period == 0;
            case RANDOMLY -> random.nextInt(period) == 0;
        };
    }

    /** A number below the bound, for programs and tests that need choices of their own. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    long bits() {
        return random.nextLong();
    }

    @Override
    public String toString() {
        return "sim --seed " + seed + " (" + policy + "/" + period + ")";
    }
}

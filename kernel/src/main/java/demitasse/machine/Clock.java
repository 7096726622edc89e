package demitasse.machine;

/** Time, in nanoseconds. */
public interface Clock {
    /** CLOCK_MONOTONIC: since some point in the past, never set, never running backwards. */
    long monotonicNs();

    /** CLOCK_REALTIME: since the epoch. */
    long realtimeNs();
}

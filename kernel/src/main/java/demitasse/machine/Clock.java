package demitasse.machine;

/** Time, in nanoseconds. */
public interface Clock {
    /** CLOCK_MONOTONIC: since some point in the past, never set, never running backwards. */
    long monotonicNs();

    /** CLOCK_REALTIME: since the epoch. */
    long realtimeNs();

    /** Sets CLOCK_REALTIME for the instance alone, {@link Vdso#fillData} included: nobody else's clock moves. */
    void setRealtime(long nowNs);
}

package demitasse.sched.wait;

/** Something one can wait for: the same mechanism for blocking calls, poll and epoll. */
public interface Pollable {
    /** The {@link Events} bits that are true now. */
    int readiness();

    /** Woken whenever a bit of {@link #readiness} turns on. */
    WaitQueue waiters();
}

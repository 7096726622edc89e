package demitasse.sched.loop;

/** What is done only when there is nothing else to do. */
public interface IdleWork {
    long NEVER = Long.MAX_VALUE;

    /** When {@link #work} is to be called if the loop is idle then; {@link #NEVER} without work. Asked before sleep. */
    long dueNs(long nowNs);

    /** Does a part of it, a millisecond or so: interrupts wait meanwhile. */
    void work();
}

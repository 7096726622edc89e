package demitasse.sched.loop;

/** Who looks after interrupts other than the timer's: console, host signals, devices. */
public interface InterruptSink {
    /** @param bits those of {@link demitasse.machine.Platform#takeInterrupts} */
    void interrupts(long bits);
}

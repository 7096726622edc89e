package demitasse.sched.loop;

/** Who wants a look at its devices in every turn of the loop. */
public interface Poller {
    /**
     * Does a bounded amount of work; true when there is more.
     *
     * @param interrupted whether the last turn was cut short and is to go on, rather than over
     */
    boolean poll(boolean interrupted);
}

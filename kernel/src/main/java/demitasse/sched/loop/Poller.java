package demitasse.sched.loop;

/** Who wants a look at its devices in every turn of the loop. */
public interface Poller {
    /** Does a bounded amount of work; true when there is more. */
    boolean poll();
}

package demitasse.fs.proc;

import demitasse.vfs.Path;

/** The processes that /proc shows. */
public interface Processes {
    /** The process that asks, for /proc/self. */
    int self();

    /** The thread that asks, for /proc/thread-self. */
    int selfThread();

    /** What the process that asks may do, to be handed back when it comes to that; null for none. */
    Object asker();

    /** The root directory of the process that asks. */
    void selfRoot(Path out);

    /** The next process id after a number; -1 when there is none. */
    int after(int pid);

    /** The process that has a thread; -1 for none. */
    int ownerOf(int tid);

    /**
     * A process, or one thread of it.
     *
     * @param tid which thread's name, state and times; the process id for the main one
     * @return null when it is not there (any more)
     */
    ProcessView find(int pid, int tid);
}

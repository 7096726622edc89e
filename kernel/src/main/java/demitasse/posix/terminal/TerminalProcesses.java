package demitasse.posix.terminal;

import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** The processes around a terminal; in tests there may be none. */
public interface TerminalProcesses {
    /** The task whose system call is being served; null when it is not a task that asks. */
    Task caller();

    /** Null exactly where {@link #caller} always is. */
    Processes all();

    /** Sends a signal to every process of a group; nothing happens when there is none. */
    void sendToGroup(int group, int signal);
}

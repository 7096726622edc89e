package demitasse.posix.file;

/** How a terminal reaches the processes in front of it; implemented where signals are. */
public interface GroupSignals {
    /** Sends a signal to every process of a group; nothing happens when there is none. */
    void sendToGroup(int group, int signal);
}

package demitasse.posix.terminal;

import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;
import java.util.List;

/** No processes around a terminal: everything is allowed, and signals are written down as "group:signal". */
record Nobody(List<String> signals) implements TerminalProcesses {
    @Override
    public Task caller() {
        return null;
    }

    @Override
    public Processes all() {
        return null;
    }

    @Override
    public void sendToGroup(int group, int signal) {
        signals.add(group + ":" + signal);
    }
}

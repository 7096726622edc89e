package demitasse.posix.terminal;

import demitasse.posix.signal.Signals;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** The processes of an instance around its terminals. */
final class InstanceProcesses implements TerminalProcesses {
    private final Instance instance;

    InstanceProcesses(Instance instance) {
        this.instance = instance;
    }

    @Override
    public Task caller() {
        return instance.current();
    }

    @Override
    public Processes all() {
        return instance.processes();
    }

    @Override
    public void sendToGroup(int group, int signal) {
        Signals.sendToGroup(instance, group, signal);
    }
}

package demitasse.posix.task;

import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.terminal.Terminal;

/** What the end of a process means to the jobs of its session, credentials(7) and setpgid(2). */
final class JobControl {
    private JobControl() {
    }

    /**
     * The leader of a session has ended: its terminal is free, and who was in the foreground gets SIGHUP.
     *
     * @param lostForeground the foreground group of a terminal that went before; 0 for none
     */
    static void leaderEnded(Process leader, int lostForeground) {
        Terminal terminal = leader.terminal();
        if (terminal != null) {
            terminal.session().leaderEnded();
        } else if (lostForeground != 0) {
            hangUp(leader.instance(), lostForeground);
        }
    }

    /**
     * A group that loses its connection to the rest of its session is orphaned: if it has stopped members, who could
     * not be continued any more, all get SIGHUP and SIGCONT, _exit(2).
     *
     * @param member of the group
     * @param connection the parent of the member, or who has just been
     * @param ended a member that does not count any more; null for none
     */
    static void groupLosesMember(Process member, Process connection, Process ended) {
        Processes processes = member.instance().processes();
        boolean connected = connection != null && connection.group() != member.group()
                && connection.session() == member.session();
        if (connected && processes.hasStopped(member.group()) && processes.isOrphaned(member.group(), ended)) {
            hangUp(member.instance(), member.group());
        }
    }

    private static void hangUp(Instance instance, int group) {
        Signals.sendToGroup(instance, group, SignalNumber.SIGHUP);
        Signals.sendToGroup(instance, group, SignalNumber.SIGCONT);
    }
}

package demitasse.posix.task;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;

/** Who becomes the parent of the children of a process that has ended, wait(2). */
final class Adoption {
    private Adoption() {
    }

    static void ofChildren(Process ended) {
        if (ended.pidNamespace().endsWith(ended)) {
            // They end as well, and nobody else is to know of it.
            reapZombies(ended);
            return;
        }
        Process adopter = reaper(ended);
        while (ended.firstChild != null) {
            Process child = ended.firstChild;
            ended.firstChild = child.nextSibling;
            child.parent = adopter;
            child.nextSibling = adopter.firstChild;
            child.setExitSignal(SignalNumber.SIGCHLD);
            adopter.firstChild = child;
            JobControl.groupLosesMember(child, ended, null);
            if (child.settings().deathSignal() != 0) {
                Signals.send(child, child.settings().deathSignal());
            }
            if (child.isZombie()) {
                ParentNotice.ended(child);
            }
        }
    }

    @ColdPath("only processes with namespaces of their own")
    private static void reapZombies(Process parent) {
        Process child = parent.firstChild;
        while (child != null) {
            Process following = child.nextSibling;
            if (child.isZombie()) {
                ParentNotice.ended(child);
            }
            child = following;
        }
    }

    /**
     * The nearest ancestor in the namespace that asked for it, prctl(2) PR_SET_CHILD_SUBREAPER, or the first process
     * of that, pid_namespaces(7).
     */
    private static Process reaper(Process ended) {
        PidNamespace namespace = ended.pidNamespace();
        Process first = namespace.isFirst() ? ended.instance().processes().byPid(Processes.INIT) : namespace.init();
        Process ancestor = ended.parent;
        while (ancestor != first && ancestor.pidNamespace() == namespace
                && (!ancestor.settings().subreaper() || ancestor.isExiting())) {
            ancestor = ancestor.parent;
        }
        return ancestor.pidNamespace() == namespace ? ancestor : first;
    }
}

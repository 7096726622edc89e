package demitasse.posix.task;

import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;

/** Who becomes the parent of the children of a process that has ended, wait(2). */
final class Adoption {
    private Adoption() {
    }

    static void ofChildren(Process ended) {
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

    /** The nearest ancestor that asked for it, prctl(2) PR_SET_CHILD_SUBREAPER, or the first process. */
    private static Process reaper(Process ended) {
        Process ancestor = ended.parent;
        while (ancestor.pid() != Processes.INIT && (!ancestor.settings().subreaper() || ancestor.isExiting())) {
            ancestor = ancestor.parent;
        }
        return ancestor;
    }
}

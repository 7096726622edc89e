package demitasse.posix.file;

import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Text;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.OpenFlags;

/** pidfd_open(2): a process by a name that is never given to another. Readable when the process has ended. */
public final class PidFile extends AnonymousHandle {
    private final Process process;

    public PidFile(Files files, Process process, int flags) {
        super(files, OpenFlags.O_RDWR | flags);
        this.process = process;
        Processes.hold(process);
    }

    @Override
    protected void released() {
        Processes.letGo(process);
    }

    /** The process, which may have ended, or even been waited for. */
    public Process process() {
        return process;
    }

    /** The process was waited for: nothing can be done to it any more. */
    public boolean isGone() {
        return process.instance().processes().byPid(process.pid()) != process;
    }

    @Override
    public boolean carriesBytes() {
        return false;
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[pidfd]");
    }

    /** One of pidfs, not of anon_inodefs: it has no offset at all. */
    @Override
    public long seek(long offset, int whence) {
        return -ESPIPE;
    }

    @Override
    public void details(Text out) {
        Task reader = process.instance().current();
        PidNamespace seen = reader == null ? process.pidNamespace() : reader.process().pidNamespace();
        int pid = isGone() ? -1 : seen.numberOf(process.pid());
        out.add("Pid:\t").number(pid).newline().add("NSpid:");
        if (pid > 0) {
            process.pidNamespace().tellNumbers(out, process.pid(), seen);
        } else {
            out.character('\t').number(pid);
        }
        out.newline();
    }

    @Override
    public int readiness() {
        if (isGone()) {
            return Events.IN | Events.HUP;
        }
        return process.isZombie() ? Events.IN : 0;
    }

    @Override
    public WaitQueue waiters() {
        return process.endEvents();
    }
}

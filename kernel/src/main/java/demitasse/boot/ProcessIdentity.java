package demitasse.boot;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.fs.proc.ProcessView;
import demitasse.posix.debug.Tracing;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.vfs.MountedTree;
import demitasse.vfs.Path;

/** Who a process is, as procfs asks about it: its numbers, its user, and where it lives. */
abstract class ProcessIdentity implements ProcessView {
    /** In the order of procfs. */
    private static final int[] NAMESPACES = {Namespace.CGROUP, Namespace.IPC, Namespace.MOUNT, Namespace.NETWORK,
        Namespace.PID, Namespace.PID, Namespace.TIME, Namespace.TIME, Namespace.USER, Namespace.UTS};

    final Instance instance;
    final Process process;
    /** Null for a zombie. */
    final Task thread;

    ProcessIdentity(Instance instance, Process process, Task thread) {
        this.instance = instance;
        this.process = process;
        this.thread = thread;
    }

    @Override
    public int pid() {
        return process.pid();
    }

    @Override
    public int tid() {
        return thread == null ? process.pid() : thread.tid();
    }

    @Override
    public int parentPid() {
        return process.parent() == null ? 0 : process.parent().pid();
    }

    @Override
    public int group() {
        return process.group();
    }

    @Override
    public int session() {
        return process.session();
    }

    @Override
    public int terminalDevice() {
        return process.terminal() == null ? 0 : (int) process.terminal().device();
    }

    @Override
    public int terminalGroup() {
        return process.terminal() == null ? -1 : process.terminal().session().foreground();
    }

    @Override
    public int userId(int which) {
        switch (which) {
            case REAL:
                return credentials().uid;
            case EFFECTIVE:
                return credentials().euid;
            case SAVED:
                return credentials().suid;
            default:
                return credentials().fsuid;
        }
    }

    @Override
    public int groupId(int which) {
        switch (which) {
            case REAL:
                return credentials().gid;
            case EFFECTIVE:
                return credentials().egid;
            case SAVED:
                return credentials().sgid;
            default:
                return credentials().fsgid;
        }
    }

    @Override
    public int groups() {
        return credentials().groups.length;
    }

    @Override
    public int groupAt(int index) {
        return credentials().groups[index];
    }

    @Override
    public int namespace(int which, Path out) {
        if (thread == null) {
            return -ENOENT;
        }
        if (instance.current() == null || !Tracing.isAllowed(instance.current(), thread)) {
            return -EACCES;
        }
        Namespace wanted = NAMESPACES[which] == Namespace.USER
                ? instance.namespaces().orFirst(thread.credentials().users)
                : thread.namespaces().of(NAMESPACES[which]);
        return instance.namespaces().place(wanted, out) ? 0 : -ENOENT;
    }

    @Override
    public MountedTree mounts() {
        return thread == null ? null : thread.namespaces().mounts();
    }

    @Override
    public long inheritable() {
        return credentials().capabilities.inheritable;
    }

    @Override
    public long permitted() {
        return credentials().capabilities.permitted;
    }

    @Override
    public long effective() {
        return credentials().capabilities.effective;
    }

    @Override
    public long bounding() {
        return credentials().capabilities.bounding;
    }

    @Override
    public long ambient() {
        return credentials().capabilities.ambient;
    }

    final Credentials credentials() {
        return thread == null ? process.credentials() : thread.credentials();
    }
}

package demitasse.boot;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Text;
import demitasse.fs.proc.ProcessView;
import demitasse.posix.debug.Tracing;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.namespace.UserNamespace;
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

    /** What has to be asked of the set, and is not there before its first process. */
    private static final int PID_FOR_CHILDREN = 5;

    final Instance instance;
    /** By whose numbers it tells of processes. */
    final PidNamespace namespace;
    final Process process;
    /** Null for a zombie. */
    final Task thread;

    ProcessIdentity(Instance instance, PidNamespace namespace, Process process, Task thread) {
        this.instance = instance;
        this.namespace = namespace;
        this.process = process;
        this.thread = thread;
    }

    @Override
    public int id() {
        return process.pid();
    }

    @Override
    public int pid() {
        return namespace.numberOf(process.pid());
    }

    @Override
    public int tid() {
        return namespace.numberOf(thread == null ? process.pid() : thread.tid());
    }

    @Override
    public int parentPid() {
        return process.parent() == null ? 0 : namespace.numberOf(process.parent().pid());
    }

    @Override
    public int group() {
        return namespace.numberOf(process.group());
    }

    @Override
    public int session() {
        return namespace.numberOf(process.session());
    }

    @Override
    public int terminalDevice() {
        return process.terminal() == null ? 0 : (int) process.terminal().device();
    }

    @Override
    public int terminalGroup() {
        return process.terminal() == null ? -1 : namespace.numberOf(process.terminal().session().foreground());
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
    public int shownUser(int uid) {
        return instance.current() == null ? uid : instance.current().credentials().shownUid(uid);
    }

    @Override
    public int shownGroup(int gid) {
        return instance.current() == null ? gid : instance.current().credentials().shownGid(gid);
    }

    private UserNamespace users() {
        return instance.namespaces().orFirst(credentials().users);
    }

    @Override
    public void idMap(Text out, boolean ofGroups) {
        if (credentials().users == null) {
            out.add("         0          0 4294967295\n");
        } else {
            users().write(out, ofGroups, instance.current() == null ? null : instance.current().credentials().users);
        }
    }

    @Override
    public int setIdMap(Object opener, boolean ofGroups, long address, int lengthBytes) {
        return instance.current() == null || !(opener instanceof Credentials who) ? -EPERM
                : users().map(who, instance.current().credentials(), ofGroups, address, lengthBytes);
    }

    @Override
    public boolean allowsSetgroups() {
        return users().setgroupsIsAllowed();
    }

    @Override
    public int setAllowsSetgroups(boolean allows) {
        return instance.current() == null ? -EPERM : users().allowSetgroups(instance.current(), allows);
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
        Namespace wanted = namespace(NAMESPACES[which]);
        if (which == PID_FOR_CHILDREN) {
            wanted = thread.namespaces().of(Namespace.PID);
            wanted = wanted == process.pidNamespace() || thread.namespaces().pidsOfChildren().init() != null ? wanted
                    : null;
        }
        return wanted != null && instance.namespaces().place(wanted, out) ? 0 : -ENOENT;
    }

    private Namespace namespace(int kind) {
        switch (kind) {
            case Namespace.USER:
                return instance.namespaces().orFirst(thread.credentials().users);
            case Namespace.PID:
                return process.pidNamespace();
            default:
                return thread.namespaces().of(kind);
        }
    }

    @Override
    public void numbers(Text out, int which) {
        int id = which == PROCESS ? process.pid() : which == THREAD ? thread == null ? process.pid() : thread.tid()
                : which == GROUP ? process.group() : process.session();
        process.pidNamespace().tellNumbers(out, id, namespace);
        out.newline();
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

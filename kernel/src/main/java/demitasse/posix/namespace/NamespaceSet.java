package demitasse.posix.namespace;

import demitasse.base.annotation.ColdPath;
import demitasse.net.stack.NetStack;
import demitasse.posix.ipc.Ipc;
import demitasse.posix.task.HostNames;
import demitasse.vfs.MountedTree;

/** The namespaces of a task, struct nsproxy of Linux: shared by tasks, never changed, but replaced by another. */
public final class NamespaceSet {
    private final Namespace[] members;
    private int users = 1;

    /** Holds all of them, and takes the array over. */
    NamespaceSet(Namespace[] members) {
        this.members = members;
        for (Namespace one : members) {
            one.hold();
        }
    }

    /** One more task has it. */
    public NamespaceSet share() {
        users++;
        return this;
    }

    /** A task has it no more. */
    public void leave() {
        if (--users == 0) {
            release();
        }
    }

    @ColdPath("the last task of a set ends")
    private void release() {
        for (Namespace one : members) {
            one.release();
        }
    }

    /** The same with another namespace, for one task. */
    public NamespaceSet with(Namespace other) {
        Namespace[] changed = copy();
        changed[other.kind()] = other;
        return new NamespaceSet(changed);
    }

    Namespace[] copy() {
        Namespace[] copies = new Namespace[members.length];
        System.arraycopy(members, 0, copies, 0, copies.length);
        return copies;
    }

    /** By the kinds of {@link Namespace}; that of processes is the one of children. */
    public Namespace of(int kind) {
        return members[kind];
    }

    public MountedTree mounts() {
        return ((MountNamespace) members[Namespace.MOUNT]).tree();
    }

    /** What uname(2) tells. */
    public HostNames names() {
        return ((UtsNamespace) members[Namespace.UTS]).names();
    }

    /** Where the processes that the task makes will be. */
    public PidNamespace pidsOfChildren() {
        return (PidNamespace) members[Namespace.PID];
    }

    /** Null for the one that boot has made. */
    public NetStack network() {
        return ((NetworkNamespace) members[Namespace.NETWORK]).stack();
    }

    /** System V and POSIX interprocess communication. */
    public Ipc ipc() {
        return ((IpcNamespace) members[Namespace.IPC]).ipc();
    }
}

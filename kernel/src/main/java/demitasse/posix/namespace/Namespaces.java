package demitasse.posix.namespace;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.EPERM;

import demitasse.alloc.Allocator;
import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.net.stack.NetStack;
import demitasse.posix.ipc.Ipc;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.HostNames;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;
import demitasse.vfs.Mount;
import demitasse.vfs.MountedTree;
import demitasse.vfs.Mounts;
import demitasse.vfs.Path;

/** The namespaces that an instance begins with, and the making of more. */
public final class Namespaces {
    /** PROC_DYNAMIC_FIRST of Linux; the first of each kind have the numbers below it. */
    private static final long FIRST_NUMBER = 0xf000_0000L;
    /** What cannot be had more than once. */
    private static final int REFUSED = Namespace.CLONE_NEWTIME;
    /** What a stack takes of the kernel's heap, about. */
    private static final int NETWORK_BYTES = 128 << 10;
    private static final int SWEEP_BUDGET = 64;

    private final Instance instance;
    private final UserNamespace firstUser = new UserNamespace(FIRST_NUMBER - 3);
    private final NamespaceSet first;
    private long nextNumber = FIRST_NUMBER;
    /** All but the first that are polled. */
    private NetworkNamespace networks;
    /** Where the files of namespaces are; null before somebody asks for one. */
    private Mount files;

    public Namespaces(Instance instance, HostNames names) {
        this.instance = instance;
        Mounts mounts = instance.mounts();
        Namespace[] members = new Namespace[Namespace.KINDS];
        members[Namespace.MOUNT] = new MountNamespace(FIRST_NUMBER - 8, null, mounts,
                mounts == null ? null : mounts.initialTree());
        members[Namespace.UTS] = new UtsNamespace(FIRST_NUMBER - 2, null, names, null);
        members[Namespace.IPC] = new IpcNamespace(FIRST_NUMBER - 1, null, new Ipc(instance));
        members[Namespace.PID] = new PidNamespace(FIRST_NUMBER - 4, null, null);
        members[Namespace.NETWORK] = new NetworkNamespace(FIRST_NUMBER - 7, null, null);
        members[Namespace.CGROUP] = new Namespace(Namespace.CGROUP, FIRST_NUMBER - 5, null);
        members[Namespace.TIME] = new Namespace(Namespace.TIME, FIRST_NUMBER - 6, null);
        first = new NamespaceSet(members);
    }

    /** That of the first process. */
    public NamespaceSet first() {
        return first;
    }

    public PidNamespace firstPids() {
        return first.pidsOfChildren();
    }

    /**
     * What a task is in a new user namespace, clone(2) CLONE_NEWUSER.
     *
     * @return 0; -ENOSPC below too many others; -ENOMEM; -EPERM for one that is locked into a part of the tree,
     *         chroot(2), or that has no id
     */
    @ColdPath("only processes with namespaces of their own")
    public int newUsers(Task maker, Ref<Credentials> out) {
        Credentials who = maker.credentials();
        if (UserNamespace.levelOf(who.users) == UserNamespace.LEVEL_MAX) {
            return -ENOSPC;
        }
        // Counted are those that are open files: the others are no more than there are processes.
        if (!JavaHeap.hasRoom(Namespace.USERS_HEAP_BYTES)) {
            return -ENOMEM;
        }
        Path root = new Path();
        instance.mounts().root(maker.namespaces().mounts(), root);
        boolean isFree = maker.process().root().samePlace(root);
        root.clear();
        boolean isKnown = who.users == null || who.users.knowsUid(who.euid) && who.users.knowsGid(who.egid);
        if (!isFree || !isKnown) {
            return -EPERM;
        }
        out.value = who.in(new UserNamespace(nextNumber++, who));
        return 0;
    }

    /** The object of a user namespace that may be the first. */
    public UserNamespace orFirst(UserNamespace users) {
        return users == null ? firstUser : users;
    }

    /**
     * Makes the namespaces that are asked for by CLONE_NEW* flags; the others are those of a task.
     *
     * @param owner whose capabilities count for the new ones
     * @return 0; -EINVAL for a kind that there is only one of; -ENOSPC; -ENOMEM. With CLONE_NEWNS places follow into
     *         the copy until {@link #copied}, which is to be called in any case.
     */
    @ColdPath("only processes with namespaces of their own")
    public int copy(Task maker, long flags, UserNamespace owner, Ref<NamespaceSet> out) {
        NamespaceSet set = maker.namespaces();
        if ((flags & REFUSED) != 0) {
            return -EINVAL;
        }
        if (!JavaHeap.hasRoom(Long.bitCount(flags & Namespace.CLONE_NEW_OF_SET) * (long) Namespace.HEAP_BYTES)) {
            return -ENOMEM;
        }
        Namespace[] members = set.copy();
        if ((flags & Namespace.CLONE_NEWPID) != 0) {
            PidNamespace parent = set.pidsOfChildren();
            if (parent != maker.process().pidNamespace()) {
                return -EINVAL;
            }
            if (parent.level() == PidNamespace.LEVEL_MAX) {
                return -ENOSPC;
            }
            members[Namespace.PID] = new PidNamespace(nextNumber++, owner, parent);
        }
        if ((flags & Namespace.CLONE_NEWUTS) != 0) {
            Allocator memory = instance.smallMemory();
            long address = memory.allocate(HostNames.BYTES, 1);
            if (address == Allocator.NONE) {
                return -ENOMEM;
            }
            members[Namespace.UTS] = new UtsNamespace(nextNumber++, owner, new HostNames(address, set.names()), memory);
        }
        if ((flags & Namespace.CLONE_NEWIPC) != 0) {
            members[Namespace.IPC] = new IpcNamespace(nextNumber++, owner, new Ipc(instance));
        }
        if ((flags & Namespace.CLONE_NEWCGROUP) != 0) {
            // There is one group, which is the root of all: another namespace shows the same.
            members[Namespace.CGROUP] = new Namespace(Namespace.CGROUP, nextNumber++, owner);
        }
        int error = (flags & Namespace.CLONE_NEWNET) == 0 ? 0 : addNetwork(members, owner);
        if (error == 0 && (flags & Namespace.CLONE_NEWNS) != 0) {
            error = addMounts(members, set, owner);
        }
        out.value = new NamespaceSet(members);
        if (error < 0) {
            out.value.leave();
            out.value = null;
        }
        return error;
    }

    private int addMounts(Namespace[] members, NamespaceSet set, UserNamespace owner) {
        MountedTree tree = instance.mounts().mountChanges(set.mounts()).copyTree(owner);
        if (tree == null) {
            return -ENOSPC;
        }
        members[Namespace.MOUNT] = new MountNamespace(nextNumber++, owner, instance.mounts(), tree);
        return 0;
    }

    private int addNetwork(Namespace[] members, UserNamespace owner) {
        if (!JavaHeap.hasRoom(NETWORK_BYTES)) {
            // Those that are over are taken out by turns of the loop, of which there may have been none.
            pollNetworks(SWEEP_BUDGET);
        }
        if (!JavaHeap.hasRoom(NETWORK_BYTES)) {
            return -ENOMEM;
        }
        JavaHeap.take(NETWORK_BYTES);
        if (networks == null) {
            instance.files().setNetsOf(instance);
        }
        NetworkNamespace made = new NetworkNamespace(nextNumber++, owner, new NetStack(instance.files().firstNet()));
        made.next = networks;
        networks = made;
        members[Namespace.NETWORK] = made;
        return 0;
    }

    /** As {@link NetStack#poll}, of all stacks but the first; true when there may be more to do. */
    @HotPath("per turn of the event loop")
    public boolean pollNetworks(int budget) {
        return networks != null && pollAll(budget);
    }

    private boolean pollAll(int budget) {
        boolean more = false;
        NetworkNamespace before = null;
        for (NetworkNamespace one = networks; one != null; one = one.next) {
            boolean full = one.stack().poll(budget) == budget;
            more |= full;
            // What is still on its way there are packets of all.
            if (full || !one.isOver()) {
                before = one;
                continue;
            }
            JavaHeap.give(NETWORK_BYTES);
            if (before == null) {
                networks = one.next;
            } else {
                before.next = one.next;
            }
        }
        return more;
    }

    /** Leads a place into the copy of the mounts. */
    public void follow(Path place) {
        instance.mounts().mountChanges().follow(place);
    }

    /** Ends what {@link #copy} has begun. */
    public void copied(long flags) {
        if ((flags & Namespace.CLONE_NEWNS) != 0) {
            instance.mounts().mountChanges().copied();
        }
    }

    /** The place of a namespace's file; false without memory for more mounts. */
    public boolean place(Namespace namespace, Path out) {
        if (files == null) {
            Mounts mounts = instance.mounts();
            files = mounts.mountChanges().mountInternal(new NamespaceFileSystem(instance.files()), "nsfs");
        }
        if (files != null) {
            out.setUnnamed(files, namespace.inode());
        }
        return files != null;
    }
}

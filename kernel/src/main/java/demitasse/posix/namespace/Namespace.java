package demitasse.posix.namespace;

import demitasse.base.memory.JavaHeap;
import demitasse.posix.task.Task;

/** What all kinds of namespaces(7) have in common, struct ns_common of Linux; kinds without more are just this. */
public class Namespace {
    public static final int MOUNT = 0;
    public static final int UTS = 1;
    public static final int IPC = 2;
    /** That of the processes that will be made; the one a process is in never changes. */
    public static final int PID = 3;
    public static final int NETWORK = 4;
    public static final int CGROUP = 5;
    public static final int TIME = 6;
    /** How many kinds a {@link NamespaceSet} holds. */
    public static final int KINDS = 7;
    /** Part of the credentials. */
    public static final int USER = 7;

    public static final int CLONE_NEWTIME = 0x80;
    public static final int CLONE_NEWNS = 0x2_0000;
    public static final int CLONE_NEWCGROUP = 0x200_0000;
    public static final int CLONE_NEWUTS = 0x400_0000;
    public static final int CLONE_NEWIPC = 0x800_0000;
    public static final int CLONE_NEWUSER = 0x1000_0000;
    public static final int CLONE_NEWPID = 0x2000_0000;
    public static final int CLONE_NEWNET = 0x4000_0000;
    /** Those of a set. */
    public static final int CLONE_NEW_OF_SET = CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS
            | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET;

    /** What one takes of the kernel's heap, about; that of users with the longest of maps. */
    static final int HEAP_BYTES = 2 << 10;
    static final int USERS_HEAP_BYTES = 10 << 10;

    private static final int[] FLAGS = {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET,
        CLONE_NEWCGROUP, CLONE_NEWTIME, CLONE_NEWUSER};
    private static final String[] NAMES = {"mnt", "uts", "ipc", "pid", "net", "cgroup", "time", "user"};

    private final int kind;
    private final long number;
    private final UserNamespace owner;
    private int holders;
    private NamespaceInode inode;

    /** @param owner the users whose capabilities count for it; of a user namespace its parent; null for the first */
    Namespace(int kind, long number, UserNamespace owner) {
        this.kind = kind;
        this.number = number;
        this.owner = owner;
    }

    public final int kind() {
        return kind;
    }

    /** CLONE_NEW* of clone(2). */
    public final int flag() {
        return flagOf(kind);
    }

    static int flagOf(int kind) {
        return FLAGS[kind];
    }

    /** As in "mnt:[4026531840]". */
    public final String name() {
        return NAMES[kind];
    }

    /** The inode number of its file, by which namespaces are told apart. */
    public final long number() {
        return number;
    }

    /** Null for the first user namespace. */
    public final UserNamespace owner() {
        return owner;
    }

    /** Whether namespaces of its kind have parents, ioctl_ns(2) NS_GET_PARENT. */
    public boolean hasParent() {
        return false;
    }

    /** Its parent; null where that is none, or none that a task is in or below. */
    public Namespace parentWithin(Task asking) {
        return null;
    }

    /** Its file. */
    final NamespaceInode inode() {
        if (inode == null) {
            inode = new NamespaceInode(this);
        }
        return inode;
    }

    public final void hold() {
        if (holders++ == 0) {
            JavaHeap.take(heapBytes());
        }
    }

    private int heapBytes() {
        return kind == USER ? USERS_HEAP_BYTES : HEAP_BYTES;
    }

    public final void release() {
        assert holders > 0 : "a namespace is released as often as it was held";
        if (--holders == 0) {
            JavaHeap.give(heapBytes());
            ended();
        }
    }

    /** Nobody is in it any more, and nobody can enter it. */
    void ended() {
    }
}

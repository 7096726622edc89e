package demitasse.posix.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.machine.PhysicalMemory;

/**
 * From which nodes memory is to come, numa(7), set_mempolicy(2). An instance has one node, number 0, so that each
 * policy that can be satisfied at all is satisfied by every page there is; what remains is to refuse what cannot, and
 * to tell what was set. The rules are those of mpol_new() and mpol_set_nodemask() in mm/mempolicy.c of Linux.
 */
public final class MemoryPolicy {
    public static final int MPOL_DEFAULT = 0;
    public static final int MPOL_PREFERRED = 1;
    public static final int MPOL_BIND = 2;
    public static final int MPOL_INTERLEAVE = 3;
    public static final int MPOL_LOCAL = 4;
    public static final int MPOL_PREFERRED_MANY = 5;
    public static final int MPOL_WEIGHTED_INTERLEAVE = 6;
    public static final int MPOL_F_STATIC_NODES = 1 << 15;
    public static final int MPOL_F_RELATIVE_NODES = 1 << 14;
    public static final int MPOL_F_NUMA_BALANCING = 1 << 13;
    /** The nodes that have memory, a bit each. */
    public static final long NODES = 1;
    /** MAX_NUMNODES of Linux, for 1 << CONFIG_NODES_SHIFT of 5: a set of nodes is a positive number. */
    public static final int NODES_MAX = 32;

    private static final long PAGE_BYTES = PhysicalMemory.PAGE_BYTES;
    private static final int MODE_FLAGS = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING;
    /** With these the caller's own set of nodes is told again, and not what it comes to. */
    private static final int KEEPS_NODES = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES;

    /** In the order of the modes; mpol_to_str() of Linux. */
    private static final String[] NAMES = {"default", "prefer", "bind", "interleave", "local", "prefer (many)",
        "weighted interleave"};

    private final int mode;
    private final int flags;
    private final long nodes;

    private MemoryPolicy(int mode, int flags, long nodes) {
        this.mode = mode;
        this.flags = flags;
        this.nodes = nodes;
    }

    /** 0, or -EINVAL for a mode with its flags that does not exist, whatever the nodes. */
    public static int checkMode(int modeAndFlags) {
        int mode = modeAndFlags & ~MODE_FLAGS;
        boolean known = mode >= MPOL_DEFAULT && mode <= MPOL_WEIGHTED_INTERLEAVE;
        boolean both = (modeAndFlags & KEEPS_NODES) == KEEPS_NODES;
        boolean balances = (modeAndFlags & MPOL_F_NUMA_BALANCING) != 0;
        return known && !both && (!balances || mode == MPOL_BIND || mode == MPOL_PREFERRED_MANY) ? 0 : -EINVAL;
    }

    /** 0, or -EINVAL when a mode, checked already, cannot be had with a set of nodes. */
    public static int checkNodes(int modeAndFlags, long nodes) {
        boolean keeps = (modeAndFlags & KEEPS_NODES) != 0;
        return switch (modeAndFlags & ~MODE_FLAGS) {
            case MPOL_DEFAULT -> nodes == 0 ? 0 : -EINVAL;
            case MPOL_LOCAL -> nodes == 0 && !keeps ? 0 : -EINVAL;
            case MPOL_PREFERRED -> nodes == 0 && !keeps || usable(modeAndFlags, nodes) != 0 ? 0 : -EINVAL;
            default -> usable(modeAndFlags, nodes) != 0 ? 0 : -EINVAL;
        };
    }

    /** The policy, checked already; null for the default one. */
    public static MemoryPolicy of(int modeAndFlags, long nodes) {
        int mode = modeAndFlags & ~MODE_FLAGS;
        if (mode == MPOL_DEFAULT) {
            return null;
        }
        boolean local = mode == MPOL_LOCAL || mode == MPOL_PREFERRED && nodes == 0;
        int flags = modeAndFlags & MODE_FLAGS;
        return new MemoryPolicy(local ? MPOL_LOCAL : mode, flags,
                local ? 0 : (flags & KEEPS_NODES) != 0 ? nodes : usable(modeAndFlags, nodes));
    }

    /** Those of the nodes that exist; relative ones are counted among these, so that any comes to the only one. */
    private static long usable(int flags, long nodes) {
        return (flags & MPOL_F_RELATIVE_NODES) == 0 ? nodes & NODES : nodes == 0 ? 0 : NODES;
    }

    /** Its MPOL_ mode with the flags that it was set with. */
    public int modeAndFlags() {
        return mode | flags;
    }

    /** The set of nodes that get_mempolicy(2) tells. */
    public long nodes() {
        return nodes;
    }

    /** As /proc/PID/numa_maps has a policy, null for the default one. */
    public static String textOf(MemoryPolicy policy) {
        if (policy == null) {
            return NAMES[MPOL_DEFAULT];
        }
        String flag = (policy.flags & MPOL_F_STATIC_NODES) != 0 ? "=static"
                : (policy.flags & MPOL_F_RELATIVE_NODES) != 0 ? "=relative" : "";
        return NAMES[policy.mode] + flag + (policy.mode == MPOL_LOCAL ? "" : ":0");
    }

    /** Whether pages come from its nodes in turn. */
    public boolean interleaves() {
        return mode == MPOL_INTERLEAVE || mode == MPOL_WEIGHTED_INTERLEAVE;
    }

    /** The node of a page, which is brought in for that; or -EFAULT. */
    public static int nodeOf(UserSpace space, long address) {
        return space.bringIn(address & -PAGE_BYTES, MapFlags.PROT_READ) == Fault.HANDLED ? 0 : -EFAULT;
    }

    /** The node of a page as move_pages(2) tells it: -ENOENT for one that is not in memory, -EFAULT. */
    public static int nodeNow(UserSpace space, long address) {
        long page = address & -PAGE_BYTES;
        return space.mappingAt(page) == null ? -EFAULT : space.resident().translate(page) == 0 ? -ENOENT : 0;
    }

    private boolean isSame(MemoryPolicy other) {
        return mode == other.mode && flags == other.flags && nodes == other.nodes;
    }

    static boolean areSame(MemoryPolicy one, MemoryPolicy other) {
        return one == other || one != null && other != null && one.isSame(other);
    }

    /**
     * mbind(2) of a page-aligned range; the default policy may leave holes.
     *
     * @return 0, -EFAULT when nothing is mapped there or not everything, -ENOMEM
     */
    public static int bind(UserSpace space, long start, long end, MemoryPolicy policy) {
        boolean mapped = policy == null ? isAnythingMapped(space, start, end) : Advice.isMapped(space, start, end);
        return mapped ? set(space, start, end, policy) : -EFAULT;
    }

    private static boolean isAnythingMapped(UserSpace space, long start, long end) {
        Mappings mappings = space.mappings();
        int first = mappings.indexFrom(start);
        return first < mappings.count() && mappings.at(first).start < end;
    }

    private static int set(UserSpace space, long start, long end, MemoryPolicy policy) {
        Mappings mappings = space.mappings();
        if (!mappings.hasRoomFor(2)) {
            return -ENOMEM;
        }
        int first = mappings.splitAt(start);
        int last = mappings.splitAt(end);
        for (int i = first; i < last; i++) {
            mappings.at(i).policy = policy;
        }
        mappings.mergeAround(start, end);
        return 0;
    }

    /**
     * Whether set_mempolicy_home_node(2) may say from which node of a range pages come first: there is one, so that no
     * more than the question remains.
     *
     * @return 0, -EOPNOTSUPP for a policy that has no such node, or what {@code without} says when there is no policy
     */
    public static int checkHome(UserSpace space, long start, long end, int without) {
        Mappings mappings = space.mappings();
        int result = without;
        for (int i = mappings.indexFrom(start); i < mappings.count() && mappings.at(i).start < end; i++) {
            MemoryPolicy policy = mappings.at(i).policy;
            if (policy != null && policy.mode != MPOL_BIND && policy.mode != MPOL_PREFERRED_MANY) {
                return -EOPNOTSUPP;
            }
            result = policy == null ? result : 0;
        }
        return result;
    }
}

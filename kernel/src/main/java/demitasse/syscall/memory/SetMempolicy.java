package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.MemoryPolicy;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.NodeMask;
import demitasse.syscall.abi.UserWord;

/** set_mempolicy(2), get_mempolicy(2), mbind(2), set_mempolicy_home_node(2): policies for the one node there is. */
final class SetMempolicy {
    private static final int MPOL_F_NODE = 1;
    private static final int MPOL_F_ADDR = 2;
    private static final int MPOL_F_MEMS_ALLOWED = 4;
    private static final int MPOL_MF_STRICT = 1;
    private static final int MPOL_MF_MOVE = 2;
    private static final int MPOL_MF_MOVE_ALL = 4;

    private SetMempolicy() {
    }

    @Syscall("set_mempolicy")
    static long setMempolicy(Call call, int mode, long nodeMask, long maxNode) {
        long nodes = checked(call, mode, nodeMask, maxNode);
        if (nodes < 0) {
            return nodes;
        }
        if (MemoryPolicy.checkNodes(mode, nodes) < 0) {
            return -EINVAL;
        }
        call.task().scheduling().setMemoryPolicy(MemoryPolicy.of(mode, nodes));
        return 0;
    }

    private static long checked(Call call, int mode, long nodeMask, long maxNode) {
        return MemoryPolicy.checkMode(mode) < 0 ? -EINVAL : NodeMask.load(call, nodeMask, maxNode);
    }

    @Syscall(value = "mbind", note = "A policy of shared memory belongs to the mapping, not to the object.")
    static long mbind(Call call, long address, long length, int mode, long nodeMask, long maxNode, int flags) {
        long nodes = checked(call, mode, nodeMask, maxNode);
        if (nodes < 0) {
            return nodes;
        }
        if ((flags & ~(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)) != 0) {
            return -EINVAL;
        }
        if ((flags & MPOL_MF_MOVE_ALL) != 0 && !call.credentials().may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        long end = address + Range.pages(length);
        if (!Range.isAligned(address) || Long.compareUnsigned(end, address) < 0) {
            return -EINVAL;
        }
        if (end == address) {
            return 0;
        }
        if (MemoryPolicy.checkNodes(mode, nodes) < 0) {
            return -EINVAL;
        }
        return MemoryPolicy.bind(call.process().memory(), address, end, MemoryPolicy.of(mode, nodes));
    }

    @Syscall("set_mempolicy_home_node")
    static long setMempolicyHomeNode(Call call, long address, long length, long home, long flags) {
        long end = address + Range.pages(length);
        boolean wraps = Long.compareUnsigned(end, address) < 0;
        if (!Range.isAligned(address) || flags != 0 || home != 0 || wraps) {
            return -EINVAL;
        }
        return end == address ? 0 : MemoryPolicy.checkHome(call.process().memory(), address, end, -ENOENT);
    }

    @Syscall("get_mempolicy")
    static long getMempolicy(Call call, long mode, long nodeMask, long maxNode, long address, long flags) {
        if (nodeMask != 0 && maxNode == 0 || (flags & ~(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED)) != 0) {
            return -EINVAL;
        }
        if ((flags & MPOL_F_MEMS_ALLOWED) != 0) {
            return flags == MPOL_F_MEMS_ALLOWED ? tell(call, mode, 0, nodeMask, maxNode, MemoryPolicy.NODES) : -EINVAL;
        }
        MemoryPolicy policy = call.task().scheduling().memoryPolicy();
        if ((flags & MPOL_F_ADDR) != 0) {
            Mapping mapping = call.process().memory().mappingAt(address);
            if (mapping == null) {
                return -EFAULT;
            }
            policy = mapping.policy();
        } else if (address != 0) {
            return -EINVAL;
        }
        long nodes = policy == null ? 0 : policy.nodes();
        if ((flags & MPOL_F_NODE) == 0) {
            int value = policy == null ? MemoryPolicy.MPOL_DEFAULT : policy.modeAndFlags();
            return tell(call, mode, value, nodeMask, maxNode, nodes);
        }
        long node = (flags & MPOL_F_ADDR) != 0 ? MemoryPolicy.nodeOf(call.process().memory(), address)
                : nextNode(policy);
        return node < 0 ? node : tell(call, mode, (int) node, nodeMask, maxNode, nodes);
    }

    private static long tell(Call call, long modeAddress, int mode, long maskAddress, long maxNode, long nodes) {
        if (modeAddress != 0 && UserWord.storeInt(call, modeAddress, mode) < 0) {
            return -EFAULT;
        }
        return maskAddress == 0 ? 0 : NodeMask.store(call, maskAddress, maxNode, nodes);
    }

    /** From where the next page comes. */
    private static long nextNode(MemoryPolicy policy) {
        return policy != null && policy.interleaves() ? 0 : -EINVAL;
    }
}

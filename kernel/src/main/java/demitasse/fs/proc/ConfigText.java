package demitasse.fs.proc;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;

/**
 * /proc/config.gz, proc(5): what of Linux there is, in the words of its Kconfig, for programs that ask before they try.
 * Within gzip's frame (RFC 1952) the text stands as it is, in one stored block (RFC 1951 §3.2.4).
 */
final class ConfigText extends Content {
    private static final String HEAD = "#\n# Demitasse: what there is of Linux\n#\n";
    private static final String[] PRESENT = {"64BIT", "X86", "X86_64", "MMU", "MULTIUSER", "SYSVIPC", "SYSVIPC_SYSCTL",
        "POSIX_MQUEUE", "POSIX_MQUEUE_SYSCTL", "CROSS_MEMORY_ATTACH", "HIGH_RES_TIMERS", "IKCONFIG", "IKCONFIG_PROC",
        "SYSCTL", "FHANDLE", "POSIX_TIMERS", "PRINTK", "ELF_CORE", "FUTEX", "FUTEX_PI", "EPOLL", "SIGNALFD", "TIMERFD",
        "EVENTFD", "SHMEM", "AIO", "IO_URING", "ADVISE_SYSCALLS", "MEMBARRIER", "KCMP", "RSEQ", "SECCOMP",
        "SECCOMP_FILTER", "BINFMT_ELF", "BINFMT_SCRIPT", "COREDUMP", "NET", "PACKET", "UNIX", "INET", "IPV6",
        "IP_MULTICAST", "TCP_CONG_CUBIC", "TTY", "UNIX98_PTYS", "DEVTMPFS", "FILE_LOCKING", "DNOTIFY", "INOTIFY_USER",
        "FANOTIFY", "NAMESPACES", "USER_NS", "PID_NS", "NET_NS", "IPC_NS", "UTS_NS",
        "OVERLAY_FS", "PROC_FS", "PROC_SYSCTL", "PROC_PAGE_MONITOR", "PROC_CHILDREN", "SYSFS", "TMPFS", "TMPFS_XATTR",
        "MEMFD_CREATE", "EROFS_FS", "NUMA", "KEYS", "BSD_PROCESS_ACCT", "BSD_PROCESS_ACCT_V3"};
    private static final String[] ABSENT = {"SMP", "TIME_NS", "CGROUPS", "MODULES", "SWAP", "BLOCK",
        "FANOTIFY_ACCESS_PERMISSIONS", "BPF_SYSCALL", "PERF_EVENTS", "HUGETLBFS", "TRANSPARENT_HUGEPAGE", "KSM",
        "MEM_SOFT_DIRTY", "USERFAULTFD", "QUOTA", "CHECKPOINT_RESTORE", "KALLSYMS", "TMPFS_POSIX_ACL",
        "SECURITY_LANDLOCK", "AUDIT"};
    private static final int HEAD_BYTES = 10;
    private static final int BLOCK_HEAD_BYTES = 5;
    /** The CRC of RFC 1952 §8, from its lowest bit on. */
    private static final int POLYNOMIAL = 0xedb8_8320;

    @Override
    int write(Text out) {
        out.character(0x1f).character(0x8b).character(8);
        zeros(out, HEAD_BYTES - 4);
        out.character(255);
        int length = HEAD.length();
        for (String name : PRESENT) {
            length += "CONFIG_=y\n".length() + name.length();
        }
        for (String name : ABSENT) {
            length += "# CONFIG_ is not set\n".length() + name.length();
        }
        // The only block, and the last.
        out.character(1);
        number(out, length, Short.BYTES);
        number(out, ~length, Short.BYTES);
        lines(out);
        int start = HEAD_BYTES + BLOCK_HEAD_BYTES;
        number(out, out.isTruncated() ? 0 : checksum(out.address() + start, length), Integer.BYTES);
        number(out, length, Integer.BYTES);
        return 0;
    }

    private static void lines(Text out) {
        out.add(HEAD);
        for (String name : PRESENT) {
            out.add("CONFIG_").add(name).add("=y\n");
        }
        for (String name : ABSENT) {
            out.add("# CONFIG_").add(name).add(" is not set\n");
        }
    }

    private static void zeros(Text out, int count) {
        for (int i = 0; i < count; i++) {
            out.character(0);
        }
    }

    private static void number(Text out, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.character(value >>> 8 * i & 0xff);
        }
    }

    private static int checksum(long address, int lengthBytes) {
        int sum = -1;
        for (int i = 0; i < lengthBytes; i++) {
            sum ^= Memory.getUnsignedByte(address + i);
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                sum = (sum & 1) != 0 ? sum >>> 1 ^ POLYNOMIAL : sum >>> 1;
            }
        }
        return ~sum;
    }
}

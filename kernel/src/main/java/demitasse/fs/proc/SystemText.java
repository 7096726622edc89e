package demitasse.fs.proc;


import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.vfs.FileSystemTypes;

/** The texts directly below /proc, and those below /proc/sys that say something about the running system. */
final class SystemText extends Content {
    static final int MEMINFO = 0;
    static final int STAT = 1;
    static final int UPTIME = 2;
    static final int LOADAVG = 3;
    static final int VERSION = 4;
    static final int FILESYSTEMS = 5;
    static final int CPUINFO = 6;
    static final int RELEASE = 7;
    static final int KERNEL_VERSION = 8;
    static final int HOSTNAME = 9;
    static final int DOMAINNAME = 10;
    static final int UUID = 11;
    static final int BOOT_ID = 12;
    static final int DEVICES = 13;
    static final int VMSTAT = 14;
    static final int SYSV_MESSAGES = 15;
    static final int SYSV_SEMAPHORES = 16;
    static final int SYSV_SEGMENTS = 17;
    static final int NODE_MEMORY = 18;
    static final int KEYS = 19;
    static final int KEY_USERS = 20;
    private static final int KB = 1024;
    private static final long NS_PER_TICK = 10_000_000;
    private static final long NS_PER_S = 1_000_000_000L;

    private final ProcFileSystem fileSystem;
    private final int kind;

    SystemText(ProcFileSystem fileSystem, int kind) {
        this.fileSystem = fileSystem;
        this.kind = kind;
    }

    @Override
    int write(Text out) {
        SystemView system = fileSystem.system();
        switch (kind) {
            case MEMINFO:
                memory(out, system);
                break;
            case STAT:
                stat(out, system);
                break;
            case UPTIME:
                hundredths(out, system.uptimeNs());
                out.character(' ');
                hundredths(out, system.idleNs());
                out.newline();
                break;
            case LOADAVG:
                // No average is kept; what is runnable now stands for all three.
                load(out, system);
                break;
            case VERSION:
                out.add("Linux version ");
                system.release(out);
                out.add(" (demitasse) (TeaVM, gcc) ");
                system.version(out);
                out.newline();
                break;
            case FILESYSTEMS:
                fileSystems(out);
                break;
            case CPUINFO:
                system.processors(out);
                break;
            case DEVICES:
                out.add("Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n\nBlock devices:\n");
                break;
            case VMSTAT:
                out.add("nr_free_pages ").number(system.freeBytes() / 4096).newline();
                break;
            default:
                table(out, system);
        }
        return 0;
    }

    /** The name of the host, as sysctl(8) sets it: up to the end of the line. */
    @Override
    int accept(long address, int lengthBytes) {
        int length = 0;
        while (length < lengthBytes && Memory.getByte(address + length) != '\n'
                && Memory.getByte(address + length) != 0) {
            length++;
        }
        if (kind == HOSTNAME) {
            fileSystem.system().setHostName(address, length);
        } else if (kind == DOMAINNAME) {
            fileSystem.system().setDomainName(address, length);
        } else {
            return super.accept(address, lengthBytes);
        }
        return lengthBytes;
    }

    private void table(Text out, SystemView system) {
        switch (kind) {
            case SYSV_MESSAGES:
                system.messageQueues(out);
                break;
            case SYSV_SEMAPHORES:
                system.semaphores(out);
                break;
            case SYSV_SEGMENTS:
                system.segments(out);
                break;
            case KEYS, KEY_USERS:
                system.keys(out, kind == KEY_USERS);
                break;
            case NODE_MEMORY:
                line(out, "Node 0 MemTotal:       ", system.totalBytes() / KB);
                line(out, "Node 0 MemFree:        ", system.freeBytes() / KB);
                line(out, "Node 0 MemUsed:        ", (system.totalBytes() - system.freeBytes()) / KB);
                break;
            default:
                kernel(out, system);
        }
    }

    private void kernel(Text out, SystemView system) {
        switch (kind) {
            case RELEASE:
                system.release(out);
                break;
            case KERNEL_VERSION:
                system.version(out);
                break;
            case HOSTNAME:
                system.hostName(out);
                break;
            case DOMAINNAME:
                system.domainName(out);
                break;
            case BOOT_ID:
                fileSystem.bootId(out);
                break;
            default:
                uuid(out, system.random(), system.random());
        }
        out.newline();
    }

    /** A random UUID, RFC 9562 §5.4. */
    static void uuid(Text out, long high, long low) {
        long first = high & ~0xf000L | 0x4000L;
        long second = low & ~(3L << 62) | 2L << 62;
        out.hex(first >>> 32, 8).character('-').hex(first >>> 16 & 0xffff, 4).character('-').hex(first & 0xffff, 4);
        out.character('-').hex(second >>> 48, 4).character('-').hex(second & 0xffff_ffff_ffffL, 12);
    }

    private static void memory(Text out, SystemView system) {
        long total = system.totalBytes() / KB;
        long free = system.freeBytes() / KB;
        long cached = system.cachedBytes() / KB;
        line(out, "MemTotal:       ", total);
        line(out, "MemFree:        ", free);
        line(out, "MemAvailable:   ", free);
        line(out, "Buffers:        ", 0);
        line(out, "Cached:         ", cached);
        line(out, "SwapCached:     ", 0);
        line(out, "Active:         ", total - free);
        line(out, "Inactive:       ", 0);
        line(out, "SwapTotal:      ", 0);
        line(out, "SwapFree:       ", 0);
        line(out, "Dirty:          ", 0);
        line(out, "Writeback:      ", 0);
        line(out, "AnonPages:      ", Math.max(0, total - free - cached));
        line(out, "Mapped:         ", 0);
        line(out, "Shmem:          ", cached);
        line(out, "Slab:           ", 0);
        line(out, "CommitLimit:    ", total);
        line(out, "Committed_AS:   ", total - free);
        line(out, "VmallocTotal:   ", 0);
        line(out, "VmallocUsed:    ", 0);
        line(out, "HugePages_Total:", -1);
        line(out, "HugePages_Free: ", -1);
        line(out, "Hugepagesize:   ", 2048);
    }

    /** @param kb -1 for a count of nought, which has no unit */
    private static void line(Text out, String name, long kb) {
        out.add(name);
        if (kb < 0) {
            out.number(0, 8, ' ').newline();
        } else {
            out.number(kb, 8, ' ').add(" kB\n");
        }
    }

    private static void stat(Text out, SystemView system) {
        long idle = system.idleNs() / NS_PER_TICK;
        long user = Math.max(0, system.uptimeNs() / NS_PER_TICK - idle);
        for (int i = 0; i < 2; i++) {
            out.add(i == 0 ? "cpu  " : "cpu0 ").number(user).add(" 0 0 ").number(idle).add(" 0 0 0 0 0 0\n");
        }
        out.add("intr 0\nctxt ").number(system.switches());
        out.add("\nbtime ").number(system.bootTimeS()).add("\nprocesses ").number(system.lastPid());
        out.add("\nprocs_running ").number(Math.max(1, system.runnable())).add("\nprocs_blocked 0\n");
        out.add("softirq 0 0 0 0 0 0 0 0 0 0 0\n");
    }

    private static void load(Text out, SystemView system) {
        int runnable = Math.max(1, system.runnable());
        for (int i = 0; i < 3; i++) {
            out.number(runnable - 1).add(".00 ");
        }
        out.number(runnable).character('/').number(system.tasks()).character(' ').number(system.lastPid()).newline();
    }

    private static void hundredths(Text out, long ns) {
        out.number(ns / NS_PER_S).character('.').number(ns % NS_PER_S / NS_PER_TICK, 2, '0');
    }

    private static void fileSystems(Text out) {
        for (String name : FileSystemTypes.NAMES) {
            out.add(name.equals(FileSystemTypes.DISK_TYPE) ? "" : "nodev").character('\t').add(name).newline();
        }
    }
}

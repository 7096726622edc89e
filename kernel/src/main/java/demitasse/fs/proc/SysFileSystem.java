package demitasse.fs.proc;

import demitasse.alloc.Pages;
import demitasse.machine.Clock;
import demitasse.vfs.Mounts;
import demitasse.vfs.Statistics;

/**
 * The sys file system, sysfs(5): what C libraries and runtimes read there of processors, nodes and huge pages. There is
 * one of each processor and node, and no device model behind it.
 */
final class SysFileSystem extends ProcFileSystem {
    private static final long SYSFS_MAGIC = 0x6265_6572L;
    private static final int PAGE_BYTES = 4096;
    private static final int NAME_BYTES_MAX = 255;

    SysFileSystem(SystemView system, Mounts mounts, Pages pages, Clock clock, long memory) {
        super(null, system, null, mounts, pages, clock, memory);
    }

    @Override
    public String type() {
        return "sysfs";
    }

    @Override
    public int statistics(Statistics out) {
        out.withoutBlocks(SYSFS_MAGIC, PAGE_BYTES, NAME_BYTES_MAX);
        return 0;
    }

    @Override
    FixedDirectory makeRoot() {
        FixedDirectory system = directory().add("cpu", processors()).add("node", nodes());
        FixedDirectory devices = directory().add("system", system);
        FixedDirectory security = directory();
        security.add("lsm", 0444, new UnendedText("capability"));
        FixedDirectory kernel = directory().add("mm", memory()).add("security", security);
        FixedDirectory fileSystems = directory().add("cgroup", directory());
        return directory().add("block", directory()).add("bus", directory()).add("class", directory())
                .add("dev", directory()).add("devices", devices).add("firmware", directory()).add("fs", fileSystems)
                .add("kernel", kernel).add("module", directory());
    }

    private FixedDirectory directory() {
        return new FixedDirectory(this);
    }

    private FixedDirectory processors() {
        FixedDirectory topology = directory();
        constant(topology, "physical_package_id", "0");
        constant(topology, "die_id", "0");
        constant(topology, "core_id", "0");
        for (String siblings : new String[] {"thread_siblings", "core_cpus", "core_siblings", "package_cpus",
            "die_cpus"}) {
            constant(topology, siblings, "1");
        }
        for (String list : new String[] {"thread_siblings_list", "core_cpus_list", "core_siblings_list",
            "package_cpus_list", "die_cpus_list"}) {
            constant(topology, list, "0");
        }
        FixedDirectory smt = directory();
        constant(smt, "active", "0");
        constant(smt, "control", "notsupported");
        FixedDirectory all = directory().add("cpu0", directory().add("topology", topology)).add("smt", smt);
        for (String state : new String[] {"online", "possible", "present", "kernel_max"}) {
            constant(all, state, "0");
        }
        for (String state : new String[] {"offline", "isolated"}) {
            constant(all, state, "");
        }
        return all;
    }

    private FixedDirectory nodes() {
        FixedDirectory node = directory();
        constant(node, "cpulist", "0");
        constant(node, "cpumap", "1");
        constant(node, "distance", "10");
        text(node, "meminfo", SystemText.NODE_MEMORY);
        FixedDirectory all = directory().add("node0", node);
        for (String state : new String[] {"online", "possible", "has_cpu", "has_memory", "has_normal_memory"}) {
            constant(all, state, "0");
        }
        return all;
    }

    private FixedDirectory memory() {
        FixedDirectory huge = directory();
        constant(huge, "enabled", "always madvise [never]");
        constant(huge, "defrag", "always defer defer+madvise madvise [never]");
        constant(huge, "shmem_enabled", "always within_size advise [never] deny force");
        constant(huge, "hpage_pmd_size", "2097152");
        constant(huge, "use_zero_page", "0");
        return directory().add("transparent_hugepage", huge).add("hugepages", directory());
    }
}

package demitasse.fs.proc;

import demitasse.base.memory.Text;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** /proc/PID/maps, smaps and numa_maps, proc(5): fs/proc/task_mmu.c of Linux gives the columns. */
final class MapsText {
    /** Names begin behind this column: 25 + 6 * sizeof(void *) - 1. */
    private static final int NAME_COLUMN = 72;
    private static final int KB = 1024;
    private static final int PAGE_BYTES = 4096;

    private final ProcFileSystem fileSystem;
    private final MappingView mapping = new MappingView();
    private final Stat stat = new Stat();

    MapsText(ProcFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    int write(Text out, ProcessView process, boolean sizes) {
        for (int i = 0; i < process.mappings() && process.mapping(i, mapping); i++) {
            int result = line(out);
            if (result < 0) {
                return result;
            }
            if (sizes) {
                process.measure(i, mapping);
                kilobytes(out, "Size:           ", mapping.end - mapping.start);
                out.add("KernelPageSize:        4 kB\nMMUPageSize:           4 kB\n");
                mapping.cleanBytes = cleanBytes(mapping);
                counts(out, mapping);
                out.add("VmFlags: ").add((mapping.protection & MappingView.READ) != 0 ? "rd " : "");
                out.add((mapping.protection & MappingView.WRITE) != 0 ? "wr " : "");
                out.add((mapping.protection & MappingView.EXECUTE) != 0 ? "ex " : "");
                out.add(mapping.shared ? "sh " : "").add("mr ").add(mapping.traits).newline();
            }
        }
        return 0;
    }

    /** /proc/PID/smaps_rollup: the sums of all. */
    int writeSum(Text out, ProcessView process) {
        MappingView sum = new MappingView();
        for (int i = 0; i < process.mappings() && process.mapping(i, mapping); i++) {
            process.measure(i, mapping);
            sum.start = i == 0 ? mapping.start : sum.start;
            sum.end = mapping.end;
            sum.residentBytes += mapping.residentBytes;
            sum.proportionalBytes += mapping.proportionalBytes;
            sum.sharedBytes += mapping.sharedBytes;
            sum.anonymousBytes += mapping.anonymousBytes;
            sum.cleanBytes += cleanBytes(mapping);
            sum.lockedBytes += mapping.lockedBytes;
        }
        int start = out.neededBytes();
        out.hex(sum.start, 8).character('-').hex(sum.end, 8).add(" ---p 00000000 00:00 0 ");
        out.padTo(start, NAME_COLUMN).add(" [rollup]\n");
        counts(out, sum);
        return 0;
    }

    /** /proc/PID/numa_maps, numa(7): for each mapping its policy, and how many of its pages are on which node. */
    int writeNodes(Text out, ProcessView process) {
        for (int i = 0; i < process.mappings() && process.mapping(i, mapping); i++) {
            process.measure(i, mapping);
            out.hex(mapping.start, 8).character(' ').add(mapping.policy);
            int result = 0;
            if (mapping.file != null) {
                out.add(" file=");
                result = fileSystem.places().writeFile(out, mapping.file, true);
            } else if ("[heap]".equals(mapping.label) || "[stack]".equals(mapping.label)) {
                out.character(' ').add("[heap]".equals(mapping.label) ? "heap" : "stack");
            }
            if (result < 0) {
                return result;
            }
            long pages = mapping.residentBytes / PAGE_BYTES;
            if (pages > 0) {
                pages(out, pages, (mapping.residentBytes - cleanBytes(mapping)) / PAGE_BYTES);
            }
            out.newline();
        }
        return 0;
    }

    private void pages(Text out, long pages, long dirty) {
        long anonymous = mapping.anonymousBytes / PAGE_BYTES;
        if (anonymous > 0) {
            out.add(" anon=").number(anonymous);
        }
        if (dirty > 0) {
            out.add(" dirty=").number(dirty);
        }
        if (pages != anonymous && pages != dirty) {
            out.add(" mapped=").number(pages);
        }
        out.add(" N0=").number(pages).add(" kernelpagesize_kB=4");
    }

    /**
     * What nobody else has of one mapping, less what is dirty: nothing is ever written back, so that all pages are but
     * those of files, which have no other place.
     */
    private static long cleanBytes(MappingView of) {
        return Math.min(of.residentBytes - of.sharedBytes, of.residentBytes - of.anonymousBytes);
    }

    private static void counts(Text out, MappingView of) {
        long privateBytes = of.residentBytes - of.sharedBytes;
        kilobytes(out, "Rss:            ", of.residentBytes);
        kilobytes(out, "Pss:            ", of.proportionalBytes);
        kilobytes(out, "Shared_Clean:   ", of.sharedBytes);
        kilobytes(out, "Shared_Dirty:   ", 0);
        kilobytes(out, "Private_Clean:  ", of.cleanBytes);
        kilobytes(out, "Private_Dirty:  ", privateBytes - of.cleanBytes);
        kilobytes(out, "Referenced:     ", of.residentBytes);
        kilobytes(out, "Anonymous:      ", of.anonymousBytes);
        kilobytes(out, "LazyFree:       ", 0);
        kilobytes(out, "AnonHugePages:  ", 0);
        kilobytes(out, "Swap:           ", 0);
        kilobytes(out, "SwapPss:        ", 0);
        kilobytes(out, "Locked:         ", of.lockedBytes);
    }

    private static void kilobytes(Text out, String name, long bytes) {
        out.add(name).number(bytes / KB, 8, ' ').add(" kB\n");
    }

    private int line(Text out) {
        int start = out.neededBytes();
        out.hex(mapping.start, 8).character('-').hex(mapping.end, 8).character(' ');
        out.character((mapping.protection & MappingView.READ) != 0 ? 'r' : '-');
        out.character((mapping.protection & MappingView.WRITE) != 0 ? 'w' : '-');
        out.character((mapping.protection & MappingView.EXECUTE) != 0 ? 'x' : '-');
        out.character(mapping.shared ? 's' : 'p').character(' ');
        Inode inode = mapping.inode;
        boolean known = inode != null && inode.stat(stat) == 0;
        long device = known ? stat.device : 0;
        out.hex(inode == null ? 0 : mapping.offset, 8).character(' ');
        out.hex(Stat.majorOf(device), 2).character(':').hex(Stat.minorOf(device), 2);
        out.character(' ').number(known ? stat.inode : 0).character(' ');
        // A name stands for that of shared memory, but not for the heap or a stack, get_vma_name() of Linux.
        if (mapping.label != null && (mapping.name == null || !mapping.shared)) {
            out.padTo(start, NAME_COLUMN).character(' ').add(mapping.label);
        } else if (mapping.name != null) {
            out.padTo(start, NAME_COLUMN).add(mapping.shared ? " [anon_shmem:" : " [anon:");
            for (byte one : mapping.name) {
                out.character(one);
            }
            out.character(']');
        } else if (mapping.file != null) {
            out.padTo(start, NAME_COLUMN).character(' ');
            int result = fileSystem.places().writeFile(out, mapping.file, true);
            if (result < 0) {
                return result;
            }
        }
        out.newline();
        return 0;
    }
}

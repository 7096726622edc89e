package demitasse.fs.proc;

import demitasse.base.memory.Text;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** /proc/PID/maps and smaps, proc(5): fs/proc/task_mmu.c of Linux gives the columns. */
final class MapsText {
    /** Names begin behind this column: 25 + 6 * sizeof(void *) - 1. */
    private static final int NAME_COLUMN = 72;
    private static final int KB = 1024;

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
                long kb = (mapping.end - mapping.start) / KB;
                out.add("Size:           ").number(kb, 8, ' ');
                out.add(" kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n");
            }
        }
        return 0;
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
        if (mapping.label != null) {
            out.padTo(start, NAME_COLUMN).character(' ').add(mapping.label);
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

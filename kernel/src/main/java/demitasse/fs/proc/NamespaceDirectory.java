package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;

/** /proc/PID/ns: links to the files of its namespaces, namespaces(7). */
final class NamespaceDirectory extends ProcDirectory {
    private static final String[] NAMES = {"cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time",
        "time_for_children", "user", "uts"};

    private final int tid;

    NamespaceDirectory(ProcFileSystem fileSystem, long number, int pid, int tid) {
        super(fileSystem, number, 0511, pid);
        this.tid = tid;
    }

    @Override
    long list(DirectorySink sink, long from) {
        long position = from;
        for (; position - FIRST < NAMES.length && fileSystem.processes().find(owner, tid) != null; position++) {
            int which = (int) (position - FIRST);
            if (!sink.entry(fileSystem.names().of(NAMES[which]), inodeOf(which), LINK, position + 1)) {
                break;
            }
        }
        return position;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        for (int which = 0; which < NAMES.length; which++) {
            if (name.is(NAMES[which])) {
                out.value = new LinkFile(fileSystem, inodeOf(which), 0777, owner, LinkFile.NAMESPACE, which, null)
                        .of(tid);
                return 0;
            }
        }
        return -ENOENT;
    }

    /** Behind those of {@link ProcessDirectory}'s own entries. */
    private long inodeOf(int which) {
        return ProcessDirectory.numberOf(tid, 1 << 16 | which, tid != owner);
    }
}

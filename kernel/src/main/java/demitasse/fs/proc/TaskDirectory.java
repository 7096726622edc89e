package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;

/** /proc/PID/task: the threads. */
final class TaskDirectory extends ProcDirectory {
    TaskDirectory(ProcFileSystem fileSystem, long number, int pid) {
        super(fileSystem, number, 0555, pid);
    }

    /** Its own, and one for each thread. */
    @Override
    int links() {
        ProcessView process = fileSystem.processes().find(owner, owner);
        return 2 + (process == null ? 0 : process.threads());
    }

    @Override
    boolean isThere() {
        return fileSystem.processes().find(owner, owner) != null;
    }

    @Override
    long list(DirectorySink sink, long from) {
        ProcessView process = fileSystem.processes().find(owner, owner);
        if (process == null) {
            return from;
        }
        long position = from;
        int tid = process.threadAfter((int) (from - FIRST));
        while (tid > 0) {
            long next = FIRST + tid;
            Name name = fileSystem.names().of(tid);
            if (!sink.entry(name, ProcessDirectory.numberOf(tid, 0, true), DIRECTORY, next)) {
                break;
            }
            position = next;
            tid = process.threadAfter(tid);
        }
        return position;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        int tid = number(name);
        if (tid <= 0 || fileSystem.processes().find(owner, tid) == null) {
            return -ENOENT;
        }
        out.value = new ProcessDirectory(fileSystem, owner, tid, true);
        return 0;
    }
}

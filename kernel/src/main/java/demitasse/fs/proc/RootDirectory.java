package demitasse.fs.proc;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;

/** /proc: what is there from boot on, then the processes. */
final class RootDirectory extends FixedDirectory {
    RootDirectory(ProcFileSystem fileSystem) {
        super(fileSystem);
    }

    @Override
    long list(DirectorySink sink, long from) {
        long firstProcess = FIRST + count();
        long position = from < firstProcess ? super.list(sink, from) : from;
        if (position < firstProcess) {
            return position;
        }
        int pid = fileSystem.processes().after((int) (position - firstProcess));
        while (pid > 0) {
            long next = firstProcess + pid;
            if (!sink.entry(fileSystem.names().of(pid), ProcessDirectory.numberOf(pid, 0, false), DIRECTORY, next)) {
                break;
            }
            position = next;
            pid = fileSystem.processes().after(pid);
        }
        return position;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        // Threads are not listed, but whoever knows their numbers finds them.
        int tid = number(name);
        int pid = tid > 0 ? fileSystem.processes().ownerOf(tid) : -1;
        if (pid > 0) {
            out.value = new ProcessDirectory(fileSystem, pid, tid, false);
            return 0;
        }
        return super.lookup(name, out);
    }
}

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
            if (!sink.entry(fileSystem.names().of(pid), ProcessDirectory.numberOf(pid, pid, 0), DIRECTORY, next)) {
                break;
            }
            position = next;
            pid = fileSystem.processes().after(pid);
        }
        return position;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        int pid = number(name);
        if (pid > 0 && fileSystem.processes().find(pid, pid) != null) {
            out.value = new ProcessDirectory(fileSystem, pid, pid);
            return 0;
        }
        return super.lookup(name, out);
    }
}

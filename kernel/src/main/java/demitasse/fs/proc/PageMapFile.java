package demitasse.fs.proc;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;

/** /proc/PID/pagemap, Documentation/admin-guide/mm/pagemap.rst: a word for each page of a process. */
final class PageMapFile extends ProcessMemoryFile {
    PageMapFile(ProcFileSystem fileSystem, long number, int pid, int tid) {
        super(fileSystem, number, 0400, pid, tid);
    }

    @Override
    FileHandle handle(ProcessView process, int flags, Path path) {
        return new PageMapHandle(this, process, flags, path);
    }
}

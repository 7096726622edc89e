package demitasse.fs.proc;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;

/** /proc/PID/mem, proc(5): the memory of a process, by address. */
final class MemoryFile extends ProcessMemoryFile {
    MemoryFile(ProcFileSystem fileSystem, long number, int pid, int tid) {
        super(fileSystem, number, 0600, pid, tid);
    }

    @Override
    FileHandle handle(ProcessView process, int flags, Path path) {
        return new MemoryHandle(this, process, flags, path);
    }
}

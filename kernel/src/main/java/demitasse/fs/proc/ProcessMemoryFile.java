package demitasse.fs.proc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A file about the memory of a process, for those who may trace it, ptrace(2) PTRACE_MODE_ATTACH_FSCREDS. */
abstract class ProcessMemoryFile extends ProcInode {
    private final int tid;

    ProcessMemoryFile(ProcFileSystem fileSystem, long number, int permissions, int pid, int tid) {
        super(fileSystem, number, Stat.S_IFREG | permissions, pid);
        this.tid = tid;
    }

    @Override
    public final int open(int flags, Path path, Ref<FileHandle> out) {
        ProcessView process = view();
        if (process == null || process.memoryIdentity() == null) {
            return -ESRCH;
        }
        if (!process.mayBeTraced()) {
            return -EACCES;
        }
        out.value = handle(process, flags, path);
        return 0;
    }

    abstract FileHandle handle(ProcessView process, int flags, Path path);

    /** The process now; null when it is gone. */
    final ProcessView view() {
        return fileSystem.processes().find(owner, tid);
    }
}

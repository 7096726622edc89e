package demitasse.fs.proc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** /proc/PID/pagemap, Documentation/admin-guide/mm/pagemap.rst: a word for each page of a process. */
final class PageMapFile extends ProcInode {
    private final int tid;

    PageMapFile(ProcFileSystem fileSystem, long number, int pid, int tid) {
        super(fileSystem, number, Stat.S_IFREG | 0400, pid);
        this.tid = tid;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        ProcessView process = view();
        if (process == null || process.memoryIdentity() == null) {
            return -ESRCH;
        }
        if (!process.mayBeTraced()) {
            return -EACCES;
        }
        out.value = new PageMapHandle(this, process, flags, path);
        return 0;
    }

    ProcessView view() {
        return fileSystem.processes().find(owner, tid);
    }
}

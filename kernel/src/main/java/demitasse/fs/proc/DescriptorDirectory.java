package demitasse.fs.proc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** /proc/PID/fd, whose links lead to the open files, and /proc/PID/fdinfo, which tells about them. */
final class DescriptorDirectory extends ProcDirectory {
    private static final int READ_OWNER = 0400;
    private static final int WRITE_OWNER = 0200;
    private static final int SEARCH_OWNER = 0100;
    private final boolean details;

    DescriptorDirectory(ProcFileSystem fileSystem, long number, int pid, boolean details) {
        super(fileSystem, number, details ? 0555 : 0500, pid);
        this.details = details;
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
        for (int fd = process.descriptorFrom((int) (from - FIRST)); fd >= 0; fd = process.descriptorFrom(fd + 1)) {
            Name name = fileSystem.names().of(fd);
            if (!sink.entry(name, inodeOf(fd), details ? REGULAR : LINK, FIRST + fd + 1)) {
                return FIRST + fd;
            }
            position = FIRST + fd + 1;
        }
        return position;
    }

    /** What files a process has open is for those who may trace it; the mode of fd says so already. */
    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        ProcessView process = fileSystem.processes().find(owner, owner);
        return details && process != null && !process.mayBeTraced() ? -EACCES : super.open(flags, path, out);
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        int fd = number(name);
        ProcessView process = fileSystem.processes().find(owner, owner);
        if (details && process != null && !process.mayBeTraced()) {
            return -EACCES;
        }
        FileHandle file = process == null || fd < 0 ? null : process.file(fd);
        if (file == null) {
            return -ENOENT;
        }
        if (details) {
            Content content = new DescriptorText(fileSystem, owner, fd);
            out.value = new TextFile(fileSystem, inodeOf(fd), 0444, owner, content);
            return 0;
        }
        // The mode of the link tells how the file is open, proc(5).
        int mode = SEARCH_OWNER | (file.isReadable() ? READ_OWNER : 0) | (file.isWritable() ? WRITE_OWNER : 0);
        out.value = new LinkFile(fileSystem, inodeOf(fd), mode, owner, LinkFile.DESCRIPTOR, fd, null);
        return 0;
    }

    private long inodeOf(int fd) {
        return (details ? 3L : 2L) << 60 | (long) owner << 24 | fd;
    }
}

package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Mount;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;

/** /proc/PID/fdinfo/N. */
final class DescriptorText extends Content {
    private static final int SEEK_CUR = 1;
    private final ProcFileSystem fileSystem;
    private final int pid;
    private final int fd;
    private final Stat stat = new Stat();

    DescriptorText(ProcFileSystem fileSystem, int pid, int fd) {
        this.fileSystem = fileSystem;
        this.pid = pid;
        this.fd = fd;
    }

    @Override
    int write(Text out) {
        ProcessView process = fileSystem.processes().find(pid, pid);
        FileHandle file = process == null ? null : process.file(fd);
        if (file == null) {
            return -ENOENT;
        }
        int flags = file.flags() & ~OpenFlags.O_CLOEXEC;
        if (process.isCloseOnExec(fd)) {
            flags |= OpenFlags.O_CLOEXEC;
        }
        Mount mount = file.path() == null ? null : file.path().mount();
        Inode inode = file.inode();
        long number = inode == null || inode.stat(stat) < 0 ? 0 : stat.inode;
        out.add("pos:\t").number(Math.max(0, file.seek(0, SEEK_CUR)));
        out.add("\nflags:\t0").octal(flags, 1).add("\nmnt_id:\t").number(mount == null ? 0 : mount.id());
        out.add("\nino:\t").number(number).newline();
        file.details(out);
        return 0;
    }
}

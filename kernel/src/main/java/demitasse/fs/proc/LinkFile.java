package demitasse.fs.proc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/**
 * A symbolic link of procfs. Links to numbers (self) and to other names are ordinary; those of a process (exe, cwd,
 * root, fd/N) are magic: opening one leads to the very file, whatever has become of its name.
 */
final class LinkFile extends ProcInode {
    static final int SELF = 0;
    static final int THREAD_SELF = 1;
    static final int CONSTANT = 2;
    static final int EXECUTABLE = 3;
    static final int DIRECTORY = 4;
    static final int ROOT = 5;
    static final int DESCRIPTOR = 6;
    static final int NAMESPACE = 7;

    private final int kind;
    private final int descriptor;
    private final String constant;
    private int tid;

    LinkFile(ProcFileSystem fileSystem, long number, int mode, int owner, int kind, int descriptor, String constant) {
        super(fileSystem, number, Stat.S_IFLNK | mode, owner);
        this.kind = kind;
        this.descriptor = descriptor;
        this.constant = constant;
        tid = owner;
    }

    /** The link of one thread rather than of its process. */
    LinkFile of(int thread) {
        tid = thread;
        return this;
    }

    static LinkFile of(ProcFileSystem fileSystem, int kind, String constant) {
        return new LinkFile(fileSystem, fileSystem.nextNumber(), 0777, 0, kind, 0, constant);
    }

    /** Only O_PATH with O_NOFOLLOW leads to a link itself, and vfs does that alone. */
    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        return (flags & OpenFlags.O_PATH) != 0 ? -EINVAL : -ELOOP;
    }

    @Override
    public int readLink(Name out) {
        Text text = fileSystem.names().begin();
        int result = write(text);
        if (result < 0) {
            return result;
        }
        Name name = fileSystem.names().finish();
        out.set(name.address(), name.length());
        return 0;
    }

    private int write(Text out) {
        switch (kind) {
            case SELF:
                out.number(fileSystem.processes().self());
                return 0;
            case THREAD_SELF:
                out.number(fileSystem.processes().self()).add("/task/").number(fileSystem.processes().selfThread());
                return 0;
            case CONSTANT:
                out.add(constant);
                return 0;
            default:
                return writePlace(out);
        }
    }

    private int writePlace(Text out) {
        ProcessView process = fileSystem.processes().find(owner, tid);
        int refusal = refusal(process);
        if (refusal < 0) {
            return refusal;
        }
        if (kind == DESCRIPTOR) {
            FileHandle file = process.file(descriptor);
            return file == null ? -ENOENT : fileSystem.places().writeFile(out, file, false);
        }
        Path place = fileSystem.places().borrow();
        int result = place(process, place);
        result = result < 0 ? result : fileSystem.places().write(out, place, false);
        place.clear();
        return result;
    }

    /** Where a process is and what it has open is for those who may trace it, ptrace(2) PTRACE_MODE_READ_FSCREDS. */
    private static int refusal(ProcessView process) {
        return process == null ? -ENOENT : process.mayBeTraced() ? 0 : -EACCES;
    }

    @Override
    public int jump(Path out) {
        if (kind < EXECUTABLE) {
            return -EINVAL;
        }
        ProcessView process = fileSystem.processes().find(owner, tid);
        int refusal = refusal(process);
        if (refusal < 0) {
            return refusal;
        }
        if (kind != DESCRIPTOR) {
            return place(process, out);
        }
        FileHandle file = process.file(descriptor);
        if (file == null) {
            return -ENOENT;
        }
        if (file.path() != null) {
            out.set(file.path());
        } else if (file.inode() != null) {
            out.setDetached(fileSystem.mounts(), file.inode());
        } else {
            return -ENOENT;
        }
        return 0;
    }

    private int place(ProcessView process, Path out) {
        switch (kind) {
            case NAMESPACE:
                return process.namespace(descriptor, out);
            case EXECUTABLE:
                return process.executable(out) ? 0 : -ENOENT;
            case DIRECTORY:
                return process.directory(out) ? 0 : -ENOENT;
            default:
                return process.root(out) ? 0 : -ENOENT;
        }
    }
}

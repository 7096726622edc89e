package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOSYS;

import demitasse.base.annotation.Syscall;
import demitasse.base.collect.Ref;
import demitasse.posix.file.AnonymousFiles;
import demitasse.posix.file.MemoryInode;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;

/** memfd_create(2). */
final class MemfdCreate {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_NOEXEC_SEAL = 8;
    private static final int MFD_EXEC = 16;
    private static final int KNOWN = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC;
    private static final int NAME_BYTES_MAX = 249;

    private MemfdCreate() {
    }

    @Syscall(value = "memfd_create", rejects = {"MFD_HUGETLB"})
    static long memfdCreate(Call call, long name, int flags) {
        boolean noExecute = (flags & MFD_NOEXEC_SEAL) != 0;
        if ((flags & ~KNOWN) != 0 || noExecute && (flags & MFD_EXEC) != 0) {
            return -EINVAL;
        }
        int copied = call.path(name);
        if (copied < 0) {
            return copied == -ENAMETOOLONG ? -EINVAL : copied;
        }
        if (call.path().length() > NAME_BYTES_MAX) {
            return -EINVAL;
        }
        AnonymousFiles source = call.instance().files().anonymousFiles();
        if (source == null) {
            return -ENOSYS;
        }
        Credentials owner = call.credentials();
        Ref<Inode> made = new Ref<>();
        int error = source.createAnonymous(noExecute ? 0666 : 0777, owner.fsuid, owner.fsgid, made);
        if (error < 0) {
            return error;
        }
        boolean sealable = noExecute || (flags & MFD_ALLOW_SEALING) != 0;
        int seals = sealable ? noExecute ? MemoryInode.SEAL_EXEC : 0 : MemoryInode.SEAL_SEAL;
        MemoryInode inode = new MemoryInode(made.value, bytes(call.path()), seals);
        Ref<FileHandle> opened = new Ref<>();
        error = inode.open(OpenFlags.O_RDWR | OpenFlags.O_LARGEFILE, null, opened);
        if (error < 0) {
            return error;
        }
        return call.process().files().installNew(opened.value, (flags & MFD_CLOEXEC) != 0);
    }

    private static byte[] bytes(Name name) {
        byte[] copy = new byte[name.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = (byte) name.at(i);
        }
        return copy;
    }
}

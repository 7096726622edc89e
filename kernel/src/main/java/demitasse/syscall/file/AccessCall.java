package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EROFS;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.Access;
import demitasse.vfs.Mount;
import demitasse.vfs.Stat;

/** access(2), faccessat(2), faccessat2(2). */
final class AccessCall {
    private static final int MODES = Access.READ | Access.WRITE | Access.EXECUTE;
    private static final int KNOWN = At.AT_EACCESS | At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH;

    private AccessCall() {
    }

    @WarmPath("per system call")
    @Syscall("access")
    static long access(Call call, long path, int mode) {
        return faccessat2(call, At.AT_FDCWD, path, mode, 0);
    }

    @WarmPath("per system call")
    @Syscall("faccessat")
    static long faccessat(Call call, int directory, long path, int mode) {
        return faccessat2(call, directory, path, mode, 0);
    }

    @WarmPath("per system call")
    @Syscall("faccessat2")
    static long faccessat2(Call call, int directory, long path, int mode, int flags) {
        if ((mode & ~MODES) != 0 || (flags & ~KNOWN) != 0) {
            return -EINVAL;
        }
        Credentials who = call.credentials();
        if ((flags & At.AT_EACCESS) == 0) {
            // The question is what the real user may do: look with its eyes for the length of this call.
            call.task().setCredentials(who.asRealUser());
        }
        int error = check(call, directory, path, mode, At.walkFlags(flags));
        call.task().setCredentials(who);
        At.scratch(call).place.clear();
        return error;
    }

    private static int check(Call call, int directory, long path, int mode, int walkFlags) {
        int error = At.stat(call, directory, path, walkFlags);
        if (error < 0 || mode == 0) {
            return error;
        }
        PathScratch scratch = At.scratch(call);
        int type = scratch.stat.mode & Stat.S_IFMT;
        Mount mount = scratch.place.mount();
        boolean noExecute = mount != null && (mount.flags() & Mount.NO_EXECUTE) != 0;
        if ((mode & Access.EXECUTE) != 0 && type == Stat.S_IFREG && noExecute) {
            return -EACCES;
        }
        if (!call.credentials().allows(scratch.stat, mode)) {
            return -EACCES;
        }
        boolean stored = type == Stat.S_IFREG || type == Stat.S_IFDIR || type == Stat.S_IFLNK;
        return (mode & Access.WRITE) != 0 && stored && scratch.place.isReadOnly() ? -EROFS : 0;
    }
}

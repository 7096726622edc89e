package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.PathWalk;

/**
 * setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their variants. No file system here keeps
 * extended attributes: lists are empty, the rest is ENOTSUP, as xattr(7) has it for such file systems. Paths
 * and names are checked all the same.
 */
final class Xattr {
    private static final int NAME_BYTES_MAX = 255;
    private static final int FLAGS_KNOWN = 3;
    private static final String NOTE = "no file system keeps extended attributes yet";

    private Xattr() {
    }

    @Syscall(value = "setxattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long setxattr(Call call, long path, long name, long value, long sizeBytes, int flags) {
        return (flags & ~FLAGS_KNOWN) != 0 ? -EINVAL : refuse(call, path, PathWalk.FOLLOW, name);
    }

    @Syscall(value = "lsetxattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long lsetxattr(Call call, long path, long name, long value, long sizeBytes, int flags) {
        return (flags & ~FLAGS_KNOWN) != 0 ? -EINVAL : refuse(call, path, 0, name);
    }

    @Syscall(value = "fsetxattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long fsetxattr(Call call, int fd, long name, long value, long sizeBytes, int flags) {
        return (flags & ~FLAGS_KNOWN) != 0 ? -EINVAL : refuseFile(call, fd, name);
    }

    @Syscall(value = "getxattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long getxattr(Call call, long path, long name, long value, long sizeBytes) {
        return refuse(call, path, PathWalk.FOLLOW, name);
    }

    @Syscall(value = "lgetxattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long lgetxattr(Call call, long path, long name, long value, long sizeBytes) {
        return refuse(call, path, 0, name);
    }

    @Syscall(value = "fgetxattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long fgetxattr(Call call, int fd, long name, long value, long sizeBytes) {
        return refuseFile(call, fd, name);
    }

    @Syscall(value = "removexattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long removexattr(Call call, long path, long name) {
        return refuse(call, path, PathWalk.FOLLOW, name);
    }

    @Syscall(value = "lremovexattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long lremovexattr(Call call, long path, long name) {
        return refuse(call, path, 0, name);
    }

    @Syscall(value = "fremovexattr", rejects = {"user.*", "security.*", "trusted.*"}, note = NOTE)
    static long fremovexattr(Call call, int fd, long name) {
        return refuseFile(call, fd, name);
    }

    @Syscall(value = "listxattr", note = NOTE)
    static long listxattr(Call call, long path, long list, long sizeBytes) {
        return find(call, path, PathWalk.FOLLOW);
    }

    @Syscall(value = "llistxattr", note = NOTE)
    static long llistxattr(Call call, long path, long list, long sizeBytes) {
        return find(call, path, 0);
    }

    @Syscall(value = "flistxattr", note = NOTE)
    static long flistxattr(Call call, int fd, long list, long sizeBytes) {
        return call.file(fd) == null ? -EBADF : 0;
    }

    private static long refuse(Call call, long path, int walkFlags, long name) {
        int error = find(call, path, walkFlags);
        return error < 0 ? error : refuseName(call, name);
    }

    private static long refuseFile(Call call, int fd, long name) {
        return call.file(fd) == null ? -EBADF : refuseName(call, name);
    }

    private static int find(Call call, long path, int walkFlags) {
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, At.AT_FDCWD, path, walkFlags, scratch.place);
        scratch.place.clear();
        return error;
    }

    private static long refuseName(Call call, long name) {
        int error = call.secondPath(name);
        if (error < 0) {
            return error;
        }
        int length = call.secondPath().length();
        return length == 0 || length > NAME_BYTES_MAX ? -ERANGE : -ENOTSUP;
    }
}

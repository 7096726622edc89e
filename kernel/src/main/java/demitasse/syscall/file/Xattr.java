package demitasse.syscall.file;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENODATA;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.alloc.Pages;
import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.Files;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.FileCapabilities;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.Notices;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/**
 * setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their variants; who may do what, xattr(7). There are no
 * access control lists: "system." is ENOTSUP.
 */
final class Xattr {
    private static final int NAME_BYTES_MAX = 255;
    private static final int VALUE_BYTES_MAX = Files.COPY_BYTES;
    private static final int FLAGS_KNOWN = 3;
    private static final int READS = 0;
    private static final int SETS = 1;
    private static final int REMOVES = 2;
    private static final String ACL = "system.posix_acl_*";

    private Xattr() {
    }

    @Syscall(value = "setxattr", rejects = {ACL})
    static long setxattr(Call call, long path, long name, long value, long sizeBytes, int flags) {
        return at(call, path, PathWalk.FOLLOW, name, value, sizeBytes, SETS, flags);
    }

    @Syscall(value = "lsetxattr", rejects = {ACL})
    static long lsetxattr(Call call, long path, long name, long value, long sizeBytes, int flags) {
        return at(call, path, 0, name, value, sizeBytes, SETS, flags);
    }

    @Syscall(value = "fsetxattr", rejects = {ACL})
    static long fsetxattr(Call call, int fd, long name, long value, long sizeBytes, int flags) {
        return onFile(call, fd, name, value, sizeBytes, SETS, flags);
    }

    @Syscall(value = "getxattr", rejects = {ACL})
    static long getxattr(Call call, long path, long name, long value, long sizeBytes) {
        return at(call, path, PathWalk.FOLLOW, name, value, sizeBytes, READS, 0);
    }

    @Syscall(value = "lgetxattr", rejects = {ACL})
    static long lgetxattr(Call call, long path, long name, long value, long sizeBytes) {
        return at(call, path, 0, name, value, sizeBytes, READS, 0);
    }

    @Syscall(value = "fgetxattr", rejects = {ACL})
    static long fgetxattr(Call call, int fd, long name, long value, long sizeBytes) {
        return onFile(call, fd, name, value, sizeBytes, READS, 0);
    }

    @Syscall("removexattr")
    static long removexattr(Call call, long path, long name) {
        return at(call, path, PathWalk.FOLLOW, name, 0, 0, REMOVES, 0);
    }

    @Syscall("lremovexattr")
    static long lremovexattr(Call call, long path, long name) {
        return at(call, path, 0, name, 0, 0, REMOVES, 0);
    }

    @Syscall("fremovexattr")
    static long fremovexattr(Call call, int fd, long name) {
        return onFile(call, fd, name, 0, 0, REMOVES, 0);
    }

    @Syscall("listxattr")
    static long listxattr(Call call, long path, long list, long sizeBytes) {
        return listAt(call, path, PathWalk.FOLLOW, list, sizeBytes);
    }

    @Syscall("llistxattr")
    static long llistxattr(Call call, long path, long list, long sizeBytes) {
        return listAt(call, path, 0, list, sizeBytes);
    }

    @Syscall("flistxattr")
    static long flistxattr(Call call, int fd, long list, long sizeBytes) {
        Path place = At.scratch(call).place;
        int error = placeOf(call, fd, place);
        long result = error < 0 ? error : list(call, place, list, sizeBytes);
        place.clear();
        return result;
    }

    private static long at(Call call, long path, int walkFlags, long name, long value, long sizeBytes, int operation,
            int flags) {
        Path place = At.scratch(call).place;
        int error = name(call, name, sizeBytes, operation, flags);
        error = error < 0 ? error : At.find(call, At.AT_FDCWD, path, walkFlags, place);
        long result = error < 0 ? error : run(call, place, value, sizeBytes, operation, flags);
        place.clear();
        return result;
    }

    private static long onFile(Call call, int fd, long name, long value, long sizeBytes, int operation, int flags) {
        Path place = At.scratch(call).place;
        int error = placeOf(call, fd, place);
        error = error < 0 ? error : name(call, name, sizeBytes, operation, flags);
        long result = error < 0 ? error : run(call, place, value, sizeBytes, operation, flags);
        place.clear();
        return result;
    }

    private static int placeOf(Call call, int fd, Path out) {
        FileHandle file = call.file(fd);
        return file == null ? -EBADF : At.placeOf(call, file, out);
    }

    /** Takes the attribute's name as the call's second path. */
    private static int name(Call call, long name, long sizeBytes, int operation, int flags) {
        if ((flags & ~FLAGS_KNOWN) != 0) {
            return -EINVAL;
        }
        int error = call.secondPath(name);
        int length = call.secondPath().length();
        if (error == -ENAMETOOLONG || error == 0 && (length == 0 || length > NAME_BYTES_MAX)) {
            return -ERANGE;
        }
        boolean tooBig = operation == SETS && (sizeBytes < 0 || sizeBytes > VALUE_BYTES_MAX);
        return error == 0 && tooBig ? -E2BIG : error;
    }

    private static long run(Call call, Path place, long value, long sizeBytes, int operation, int flags) {
        Name name = call.secondPath();
        int error = mayUse(call, place, name, operation != READS);
        if (error < 0) {
            return error;
        }
        if (operation == REMOVES) {
            return At.noticed(place, Notices.ATTRIB, place.inode().removeAttribute(name));
        }
        long copy = call.instance().files().copyBuffer();
        if (copy == Pages.NONE) {
            return -ENOMEM;
        }
        if (operation == SETS) {
            if (call.process().memory().copyIn(value, copy, (int) sizeBytes) < 0) {
                return -EFAULT;
            }
            boolean bad = name.is(FileCapabilities.ATTRIBUTE) && !FileCapabilities.isValid(copy, (int) sizeBytes);
            return bad ? -EINVAL : At.noticed(place, Notices.ATTRIB,
                    place.inode().setAttribute(name, copy, (int) sizeBytes, flags));
        }
        long length = place.inode().attribute(name, copy,
                (int) Math.min(sizeBytes & Long.MAX_VALUE, VALUE_BYTES_MAX));
        boolean failed = length > 0 && sizeBytes != 0
                && call.process().memory().copyOut(copy, value, (int) length) < 0;
        return failed ? -EFAULT : length;
    }

    /** Whether somebody may read or change an attribute, by its name space. */
    private static int mayUse(Call call, Path place, Name name, boolean changes) {
        Credentials who = call.credentials();
        Stat stat = At.scratch(call).stat;
        int error = changes ? At.mayChange(place) : 0;
        error = error < 0 ? error : place.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        if (name.is(FileCapabilities.ATTRIBUTE)) {
            return !changes || who.may(Credentials.CAP_SETFCAP) ? 0 : -EPERM;
        }
        if (startsWith(name, "security.")) {
            return !changes || who.may(Credentials.CAP_SYS_ADMIN) ? isWhole(name, "security.") : -EPERM;
        }
        if (startsWith(name, "trusted.")) {
            return who.may(Credentials.CAP_SYS_ADMIN) ? isWhole(name, "trusted.") : changes ? -EPERM : -ENODATA;
        }
        if (!startsWith(name, "user.")) {
            return -ENOTSUP;
        }
        int type = stat.mode & Stat.S_IFMT;
        boolean sticky = (stat.mode & Stat.S_ISVTX) != 0 && type == Stat.S_IFDIR && !who.owns(stat);
        if (type != Stat.S_IFREG && type != Stat.S_IFDIR || changes && sticky) {
            return changes ? -EPERM : -ENODATA;
        }
        return who.allows(stat, changes ? Access.WRITE : Access.READ) ? isWhole(name, "user.") : -EACCES;
    }

    private static boolean startsWith(Name name, String prefix) {
        boolean same = name.length() >= prefix.length();
        for (int i = 0; same && i < prefix.length(); i++) {
            same = name.at(i) == prefix.charAt(i);
        }
        return same;
    }

    /** A name must have something behind its prefix. */
    private static int isWhole(Name name, String prefix) {
        return name.length() > prefix.length() ? 0 : -EINVAL;
    }

    private static long listAt(Call call, long path, int walkFlags, long list, long sizeBytes) {
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, At.AT_FDCWD, path, walkFlags, scratch.place);
        long result = error < 0 ? error : list(call, scratch.place, list, sizeBytes);
        scratch.place.clear();
        return result;
    }

    /** The names with their NULs; those of "trusted." only for who may see them. */
    private static long list(Call call, Path place, long list, long sizeBytes) {
        boolean trusted = call.credentials().may(Credentials.CAP_SYS_ADMIN);
        long copy = call.instance().files().copyBuffer();
        if (copy == Pages.NONE) {
            return -ENOMEM;
        }
        int length = 0;
        Name name = place.inode().attributeName(0);
        for (int i = 1; name != null; i++) {
            if (trusted || !startsWith(name, "trusted.")) {
                if (length + name.length() + 1 > VALUE_BYTES_MAX) {
                    return -E2BIG;
                }
                Memory.copy(name.address(), copy + length, name.length());
                length += name.length();
                Memory.putByte(copy + length++, (byte) 0);
            }
            name = place.inode().attributeName(i);
        }
        if (sizeBytes == 0) {
            return length;
        }
        if (Long.compareUnsigned(length, sizeBytes) > 0) {
            return -ERANGE;
        }
        return call.process().memory().copyOut(copy, list, length) < 0 ? -EFAULT : length;
    }
}

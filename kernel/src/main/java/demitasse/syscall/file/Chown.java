package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Capabilities;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Notices;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** chown(2), fchown(2), lchown(2), fchownat(2). */
final class Chown {
    private static final int KNOWN = At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH;
    private static final int UNCHANGED = -1;

    private Chown() {
    }

    @Syscall("chown")
    static long chown(Call call, long path, int uid, int gid) {
        return at(call, At.AT_FDCWD, path, uid, gid, PathWalk.FOLLOW);
    }

    @Syscall("lchown")
    static long lchown(Call call, long path, int uid, int gid) {
        return at(call, At.AT_FDCWD, path, uid, gid, 0);
    }

    @Syscall("fchown")
    static long fchown(Call call, int fd, int uid, int gid) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.placeOf(call, file, scratch.place);
        long result = error < 0 ? error : change(call, scratch, uid, gid);
        scratch.place.clear();
        return result;
    }

    @Syscall("fchownat")
    static long fchownat(Call call, int directory, long path, int uid, int gid, int flags) {
        return (flags & ~KNOWN) != 0 ? -EINVAL : at(call, directory, path, uid, gid, At.walkFlags(flags));
    }

    private static long at(Call call, int directory, long path, int uid, int gid, int walkFlags) {
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, directory, path, walkFlags, scratch.place);
        long result = error < 0 ? error : change(call, scratch, uid, gid);
        scratch.place.clear();
        return result;
    }

    private static long change(Call call, PathScratch scratch, int user, int group) {
        Credentials who = call.credentials();
        if (!who.knowsUid(user) || !who.knowsGid(group)) {
            return -EINVAL;
        }
        int uid = who.uidOf(user);
        int gid = who.gidOf(group);
        int error = At.mayChange(scratch.place);
        if (error == 0) {
            error = scratch.place.inode().stat(scratch.stat);
        }
        if (error < 0) {
            return error;
        }
        Stat stat = scratch.stat;
        // Whoever takes bits of the mode away must own the file, even if it keeps its owner.
        boolean losesBits = ProgramPrivileges.bitsLost(who, stat) != 0;
        if (!mayGive(who, stat, uid, gid) || losesBits && !who.owns(stat)) {
            return -EPERM;
        }
        error = scratch.place.inode().setOwner(uid, gid);
        if (error == 0) {
            error = ProgramPrivileges.drop(call, scratch.place.inode(), stat, false);
        }
        return At.noticed(scratch.place, Notices.ATTRIB, error);
    }

    private static boolean mayGive(Credentials who, Stat stat, int uid, int gid) {
        if (who.mayOn(Capabilities.CAP_CHOWN, stat) || uid == UNCHANGED && gid == UNCHANGED) {
            return true;
        }
        boolean keepsUser = uid == UNCHANGED || uid == stat.uid;
        boolean knowsGroup = gid == UNCHANGED || gid == stat.gid || who.isMember(gid);
        return keepsUser && knowsGroup && stat.uid == who.fsuid;
    }
}

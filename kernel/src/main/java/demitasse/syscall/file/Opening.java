package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.ETXTBSY;

import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;
import demitasse.posix.task.Credentials;
import demitasse.sched.wait.Events;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Mount;
import demitasse.vfs.Notices;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathHandle;
import demitasse.vfs.PathWalk;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.Stat;
import demitasse.vfs.TreeChanges;

/**
 * How a file is opened, open(2): find or make it, check the rights, have the file system open it, give it a
 * number.
 */
final class Opening {
    /** __O_TMPFILE without the O_DIRECTORY that O_TMPFILE includes. */
    static final int O_TMPFILE_ONLY = OpenFlags.O_TMPFILE & ~OpenFlags.O_DIRECTORY;
    /** What F_GETFL does not show, do_dentry_open of Linux. */
    private static final int NOT_KEPT =
            OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOCTTY | OpenFlags.O_TRUNC
            | OpenFlags.O_CLOEXEC;

    private Opening() {
    }

    /** @param resolve more flags of {@link PathWalk} */
    static long open(Call call, int directory, long path, int flags, int mode, int resolve) {
        if (isUnderWay(call)) {
            return resume(call, flags);
        }
        int error = checkFlags(flags);
        if (error < 0) {
            return error;
        }
        if (call.process().files().isFull()) {
            return -EMFILE;
        }
        PathScratch scratch = At.scratch(call);
        error = At.find(call, directory, path, walkFlags(flags) | resolve, scratch.place);
        return openFound(call, scratch, error, flags, mode);
    }

    /** Whether the call has opened its file and goes on with {@link #resume}. */
    static boolean isUnderWay(Call call) {
        return call.state instanceof Waiting;
    }

    static long resume(Call call, int flags) {
        return finish(call, (Waiting) call.state, flags);
    }

    /** Opens what stands in the scratch's place, which it clears; unless finding it has failed. */
    static long openFound(Call call, PathScratch scratch, int found, int flags, int mode) {
        int error = found == 0 ? openPlace(call, scratch, flags, mode) : found;
        scratch.place.clear();
        FileHandle file = scratch.handle.value;
        scratch.handle.value = null;
        if (error < 0) {
            return error == Lease.IN_THE_WAY ? Lease.await(call) : error;
        }
        Waiting waiting = new Waiting(file);
        call.state = waiting;
        return finish(call, waiting, flags);
    }

    private static int checkFlags(int flags) {
        boolean writes = (flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY;
        if ((flags & O_TMPFILE_ONLY) != 0) {
            boolean whole = (flags & OpenFlags.O_TMPFILE) == OpenFlags.O_TMPFILE;
            return whole && writes && (flags & OpenFlags.O_CREAT) == 0 ? 0 : -EINVAL;
        }
        boolean both = (flags & OpenFlags.O_CREAT) != 0 && (flags & OpenFlags.O_DIRECTORY) != 0;
        return both ? -EINVAL : 0;
    }

    private static int walkFlags(int flags) {
        boolean creates = (flags & OpenFlags.O_CREAT) != 0;
        boolean exclusive = creates && (flags & OpenFlags.O_EXCL) != 0;
        boolean follows = (flags & OpenFlags.O_NOFOLLOW) == 0 && !exclusive;
        return (follows ? PathWalk.FOLLOW : 0) | (creates ? PathWalk.CREATE : 0)
                | ((flags & OpenFlags.O_DIRECTORY) != 0 ? PathWalk.DIRECTORY : 0);
    }

    private static int openPlace(Call call, PathScratch scratch, int flags, int mode) {
        boolean creates = (flags & OpenFlags.O_CREAT) != 0;
        if (!scratch.place.isSet()) {
            int error = create(call, scratch.place, mode);
            error = error < 0 ? error : openInode(scratch, flags & ~OpenFlags.O_TRUNC);
            if (error == 0) {
                scratch.handle.value.setCreated();
            }
            return error;
        }
        if (creates && (flags & OpenFlags.O_EXCL) != 0) {
            return -EEXIST;
        }
        int error = scratch.place.inode().stat(scratch.stat);
        if (error < 0) {
            return error;
        }
        if ((flags & OpenFlags.O_PATH) != 0) {
            scratch.handle.value = new PathHandle(flags & ~OpenFlags.O_CLOEXEC, scratch.place);
            return 0;
        }
        if ((flags & O_TMPFILE_ONLY) != 0) {
            return createUnnamed(call, scratch, flags, mode);
        }
        error = mayOpen(call, scratch, flags);
        error = error == 0 ? Lease.admit(call, scratch.place.inode(), flags) : error;
        error = error == 0 ? openInode(scratch, flags) : error;
        if (error == 0 && (flags & OpenFlags.O_TRUNC) != 0) {
            ProgramPrivileges.contentChanges(call, scratch.place.inode());
        }
        return error;
    }

    private static int create(Call call, Path out, int mode) {
        PathWalk walker = At.mounts(call).walker();
        int fullMode = Stat.S_IFREG | mode & ~call.process().umask();
        return At.mounts(call).changes().create(
                walker.directory(), walker.last(), fullMode, 0, call.credentials(), out);
    }

    private static int createUnnamed(Call call, PathScratch scratch, int flags, int mode) {
        Credentials who = call.credentials();
        if (!At.isDirectory(scratch.stat)) {
            return -ENOTDIR;
        }
        if (scratch.place.isReadOnly()) {
            return -EROFS;
        }
        if (!who.allows(scratch.stat, Access.WRITE | Access.EXECUTE)) {
            return -EACCES;
        }
        int fullMode = Stat.S_IFREG | mode & ~call.process().umask();
        boolean handsOn = (scratch.stat.mode & Stat.S_ISGID) != 0;
        int gid = handsOn ? scratch.stat.gid : who.fileGid();
        fullMode = handsOn ? TreeChanges.withoutForeignGroup(fullMode, gid, who) : fullMode;
        int error = scratch.place.inode().createUnnamed(fullMode, who.fileUid(), gid, scratch.inode);
        if (error < 0) {
            return error;
        }
        if ((flags & OpenFlags.O_EXCL) != 0) {
            scratch.inode.value.setNeverNamed();
        }
        scratch.place.setDetached(scratch.place, scratch.inode.value);
        scratch.inode.value = null;
        return openInode(scratch, flags);
    }

    static int mayOpen(Call call, PathScratch scratch, int flags) {
        Stat stat = scratch.stat;
        int type = stat.mode & Stat.S_IFMT;
        int access = flags & OpenFlags.O_ACCMODE;
        boolean truncates = (flags & OpenFlags.O_TRUNC) != 0;
        boolean writes = access != OpenFlags.O_RDONLY || truncates;
        if (type == Stat.S_IFLNK) {
            return -ELOOP;
        }
        if (type == Stat.S_IFDIR && (writes || (flags & OpenFlags.O_CREAT) != 0)) {
            return -EISDIR;
        }
        boolean appends = (flags & OpenFlags.O_APPEND) != 0 && !truncates;
        if (writes && scratch.place.inode().hasFlags(appends ? Inode.FS_IMMUTABLE_FL : Inode.FIXED)) {
            return -EPERM;
        }
        boolean device = type == Stat.S_IFCHR || type == Stat.S_IFBLK;
        if (device && scratch.place.mount() != null && (scratch.place.mount().flags() & Mount.NO_DEVICES) != 0) {
            return -EACCES;
        }
        int wanted = (access != OpenFlags.O_WRONLY ? Access.READ : 0) | (writes ? Access.WRITE : 0);
        Credentials who = call.credentials();
        if (!who.allows(stat, wanted)) {
            return -EACCES;
        }
        if (writes && type == Stat.S_IFREG && scratch.place.isReadOnly()) {
            return -EROFS;
        }
        if ((flags & OpenFlags.O_NOATIME) != 0 && !who.owns(stat)) {
            return -EPERM;
        }
        if (type == Stat.S_IFSOCK) {
            return -ENXIO;
        }
        boolean isOnDisk = type == Stat.S_IFREG || type == Stat.S_IFBLK;
        return (flags & OpenFlags.O_DIRECT) != 0 && !isOnDisk ? -EINVAL : 0;
    }

    static int openInode(PathScratch scratch, int flags) {
        boolean writes = (flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY || (flags & OpenFlags.O_TRUNC) != 0;
        if (writes && scratch.place.inode().isExecuting()) {
            return -ETXTBSY;
        }
        int error = scratch.place.inode().open(flags, scratch.place, scratch.handle);
        if (error < 0) {
            return error;
        }
        FileHandle file = scratch.handle.value;
        if (file instanceof RegularHandle && file.isWritable()) {
            file.countAsWriter();
            file.setHoldsPrivileges(ProgramPrivileges.mayHave(scratch.place.inode(), scratch.stat));
        }
        file.setFlags(file.flags() & ~NOT_KEPT | OpenFlags.O_LARGEFILE);
        if ((flags & OpenFlags.O_TRUNC) != 0 && (scratch.stat.mode & Stat.S_IFMT) == Stat.S_IFREG) {
            error = scratch.place.inode().truncate(0);
            if (error < 0) {
                file.release();
                return error;
            }
            file.notice(Notices.MODIFY);
        }
        file.notice(Notices.OPEN);
        return 0;
    }

    /** A FIFO waits for its other end before the descriptor is handed out, fifo(7). */
    private static long finish(Call call, Waiting waiting, int flags) {
        int error = waiting.file.opened();
        if (error == -EAGAIN) {
            return call.await(waiting.file.waiters(), Events.IN | Events.OUT);
        }
        if (error < 0) {
            return error;
        }
        int fd = call.process().files().install(waiting.file, 0, (flags & OpenFlags.O_CLOEXEC) != 0);
        if (fd >= 0) {
            waiting.file = null;
        }
        return fd;
    }

    /** A file that is open and has no descriptor yet. */
    private static final class Waiting implements CallState {
        private FileHandle file;

        Waiting(FileHandle file) {
            this.file = file;
        }

        @Override
        public void dropped() {
            if (file != null) {
                file.release();
                file = null;
            }
        }
    }
}

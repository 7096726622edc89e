package demitasse.vfs;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTEMPTY;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.EXDEV;

import demitasse.base.collect.Ref;

/**
 * Making, removing and renaming names once a path is resolved: checks the rights, asks the file system, and
 * keeps the cached entries true. Names are single components, neither "." nor "..".
 */
public final class TreeChanges {
    /** renameat2(2). */
    public static final int RENAME_NOREPLACE = 1;
    public static final int RENAME_EXCHANGE = 2;
    private static final int GROUP_EXECUTE = 010;

    private final Entries entries;
    private final Stat stat = new Stat();
    private final Ref<Inode> made = new Ref<>();
    private final Ref<Entry> entry = new Ref<>();
    private final Path source = new Path();
    private final Path target = new Path();

    TreeChanges(Entries entries) {
        this.entries = entries;
    }

    /**
     * Makes a file, directory, device, FIFO or socket.
     *
     * @param mode type and permissions, the umask already applied
     * @param out its place; may be null
     * @return 0, -EEXIST, -EACCES, -EROFS, -ENOENT in a removed directory, or what {@link Inode#create}
     *         answers
     */
    public int create(Path directory, Name name, int mode, long deviceNumber, Access who, Path out) {
        int error = mayCreate(directory, name, who);
        if (error < 0) {
            return error;
        }
        int gid = who.fileGid();
        int fullMode = mode;
        if ((stat.mode & Stat.S_ISGID) != 0) {
            // mkdir(2): a set-group-ID directory hands on its group, and the bit to directories.
            gid = stat.gid;
            fullMode = (mode & Stat.S_IFMT) == Stat.S_IFDIR ? mode | Stat.S_ISGID : withoutForeignGroup(mode, gid, who);
        }
        error = directory.inode().create(name, fullMode, who.fileUid(), gid, deviceNumber, made);
        return error < 0 ? error : enter(directory, name, (mode & Stat.S_IFMT) == Stat.S_IFDIR, out);
    }

    /**
     * A program that runs as the group of a set-group-ID directory can be made there only by its members,
     * mode_strip_sgid() of Linux.
     */
    public static int withoutForeignGroup(int mode, int gid, Access who) {
        boolean runsAsGroup = (mode & Stat.S_ISGID) != 0 && (mode & GROUP_EXECUTE) != 0;
        return runsAsGroup && !who.mayRunAs(gid) ? mode & ~Stat.S_ISGID : mode;
    }

    public int symlink(Path directory, Name name, Name text, Access who) {
        int error = mayCreate(directory, name, who);
        if (error < 0) {
            return error;
        }
        int gid = (stat.mode & Stat.S_ISGID) != 0 ? stat.gid : who.fileGid();
        error = directory.inode().symlink(name, text, who.fileUid(), gid, made);
        return error < 0 ? error : enter(directory, name, false, null);
    }

    /** link(2): 0, -EPERM for a directory, -EXDEV, -EMLINK … */
    public int link(Path existing, Path directory, Name name, Access who) {
        int error = mayCreate(directory, name, who);
        if (error < 0) {
            return error;
        }
        if (existing.mount() == null || existing.mount() != directory.mount()) {
            return -EXDEV;
        }
        error = existing.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        if (isDirectory() || existing.inode().hasFlags(Inode.FIXED)) {
            return -EPERM;
        }
        if (stat.links == 0 && (existing.entry().parent() != null || existing.inode().isNeverNamed())) {
            // It has lost its last name; what open(2) made by O_TMPFILE never had one, and may get it.
            return -ENOENT;
        }
        error = directory.inode().link(name, existing.inode());
        if (error < 0) {
            return error;
        }
        made.value = existing.inode();
        existing.entry().noticeLinks();
        return enter(directory, name, false, null);
    }

    /**
     * unlink(2) and, with {@code asDirectory}, rmdir(2).
     *
     * @return 0, -ENOENT, -EACCES, -EPERM in a sticky directory, -EISDIR, -ENOTDIR, -EBUSY for a mount point,
     *         …
     */
    public int unlink(Path directory, Name name, boolean asDirectory, Access who) {
        // Linux asks the mount before it looks for the name.
        int error = directory.isReadOnly() ? -EROFS : find(directory, name, source);
        if (error == 0) {
            error = remove(directory, name, asDirectory, who);
        }
        // A file without another name or user goes here, and tells so before its directory does.
        source.clear();
        if (error == 0) {
            directory.entry().noticeName(Notices.DELETE, 0, name, asDirectory);
        }
        return error;
    }

    /** The stat of what a name stands for, links not followed: 0 or -errno. */
    public int stat(Path directory, Name name, Stat out) {
        int error = find(directory, name, source);
        if (error == 0) {
            error = source.inode().stat(out);
        }
        source.clear();
        return error;
    }

    private int remove(Path directory, Name name, boolean asDirectory, Access who) {
        int error = mayDelete(directory, source, who);
        if (error < 0) {
            return error;
        }
        if (asDirectory != isDirectory()) {
            return asDirectory ? -ENOTDIR : -EISDIR;
        }
        if (source.entry().mountsHere > 0) {
            return -EBUSY;
        }
        error = directory.inode().unlink(name, asDirectory);
        if (error == 0) {
            if (!asDirectory) {
                source.entry().noticeLinks();
            }
            entries.delete(source.entry());
        }
        return error;
    }

    /** renameat2(2). */
    public int rename(Path fromDirectory, Name from, Path toDirectory, Name to, int flags, Access who) {
        int error = fromDirectory.mount() == toDirectory.mount() ? find(fromDirectory, from, source) : -EXDEV;
        if (error == 0) {
            int missing = find(toDirectory, to, target);
            error = missing < 0 && missing != -ENOENT
                    ? missing
                    : renameFound(fromDirectory, from, toDirectory, to, flags, who);
        }
        source.clear();
        target.clear();
        return error;
    }

    private int renameFound(Path fromDirectory, Name from, Path toDirectory, Name to, int flags, Access who) {
        if (target.isSet() && (flags & RENAME_NOREPLACE) != 0) {
            return -EEXIST;
        }
        if (!target.isSet() && (flags & RENAME_EXCHANGE) != 0) {
            return -ENOENT;
        }
        // A directory must not become its own descendant, rename(2); nor, in an exchange, the other way
        // round.
        if (isAbove(source.entry(), toDirectory.entry())) {
            return -EINVAL;
        }
        if (target.isSet() && isAbove(target.entry(), fromDirectory.entry())) {
            return (flags & RENAME_EXCHANGE) != 0 ? -EINVAL : -ENOTEMPTY;
        }
        int error = mayRename(fromDirectory, toDirectory, flags, who);
        if (error < 0 || target.isSet() && target.inode() == source.inode()) {
            // Two names of one file: rename(2) does nothing.
            return error;
        }
        error = fromDirectory.inode().rename(from, toDirectory.inode(), to, flags);
        if (error < 0) {
            return error;
        }
        noticeMove(fromDirectory, from, toDirectory, to, source);
        if ((flags & RENAME_EXCHANGE) != 0) {
            entries.exchange(source.entry(), target.entry());
            noticeMove(toDirectory, to, fromDirectory, from, target);
            source.entry().notice(Notices.MOVE_SELF);
            target.entry().notice(Notices.MOVE_SELF);
            return 0;
        }
        if (target.isSet()) {
            target.entry().noticeLinks();
            entries.delete(target.entry());
        }
        source.entry().notice(Notices.MOVE_SELF);
        if (entries.move(source.entry(), toDirectory.entry(), to) < 0) {
            // Done on disk; without memory for the new name the old entry is merely forgotten.
            entries.delete(source.entry());
        }
        return 0;
    }

    private void noticeMove(Path fromDirectory, Name from, Path toDirectory, Name to, Path moved) {
        if (entries.isWatched()) {
            int cookie = entries.nextCookie();
            boolean directory = moved.entry().type(stat) == Stat.S_IFDIR;
            fromDirectory.entry().noticeName(Notices.MOVED_FROM, cookie, from, directory);
            toDirectory.entry().noticeName(Notices.MOVED_TO, cookie, to, directory);
        }
    }

    private int mayRename(Path fromDirectory, Path toDirectory, int flags, Access who) {
        int error = mayDelete(fromDirectory, source, who);
        if (error < 0) {
            return error;
        }
        boolean sourceIsDirectory = isDirectory();
        if (sourceIsDirectory && fromDirectory.entry() != toDirectory.entry()
                && !who.allows(stat, Access.WRITE)) {
            // Its ".." is to be changed.
            return -EACCES;
        }
        if (!target.isSet()) {
            return mayWrite(toDirectory, who);
        }
        error = mayDelete(toDirectory, target, who);
        if (error < 0) {
            return error;
        }
        boolean exchanges = (flags & RENAME_EXCHANGE) != 0;
        if (!exchanges && isDirectory() != sourceIsDirectory) {
            return sourceIsDirectory ? -ENOTDIR : -EISDIR;
        }
        if (exchanges && isDirectory() && fromDirectory.entry() != toDirectory.entry()
                && !who.allows(stat, Access.WRITE)) {
            return -EACCES;
        }
        return source.entry().mountsHere > 0 || target.entry().mountsHere > 0 ? -EBUSY : 0;
    }

    /** The name must be free and the directory writable; leaves the directory's stat. */
    public int mayCreate(Path directory, Name name, Access who) {
        int error = find(directory, name, target);
        target.clear();
        if (error != -ENOENT) {
            return error == 0 ? -EEXIST : error;
        }
        return mayWrite(directory, who);
    }

    private int mayWrite(Path directory, Access who) {
        if (directory.isReadOnly()) {
            return -EROFS;
        }
        int error = directory.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        if (directory.isDeleted()) {
            return -ENOENT;
        }
        if (directory.inode().hasFlags(Inode.FS_IMMUTABLE_FL)) {
            return -EPERM;
        }
        return who.allows(stat, Access.WRITE | Access.EXECUTE) ? 0 : -EACCES;
    }

    /** Leaves the stat of what is to go. */
    private int mayDelete(Path directory, Path victim, Access who) {
        int error = mayWrite(directory, who);
        if (error < 0) {
            return error;
        }
        boolean sticky = (stat.mode & Stat.S_ISVTX) != 0 && !who.owns(stat);
        error = victim.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        boolean keeps = directory.inode().hasFlags(Inode.FS_APPEND_FL)
                || victim.inode().hasFlags(Inode.FIXED);
        return keeps || sticky && !who.owns(stat) ? -EPERM : 0;
    }

    private int find(Path directory, Name name, Path out) {
        if (directory.mount() == null) {
            return -ENOENT;
        }
        int error = entries.find(directory.entry(), name, directory.mount().fileSystem().cachesNames(),
                entry);
        if (error == 0) {
            out.set(directory.mount(), entry.value);
            entry.value = null;
        }
        return error;
    }

    /**
     * Remembers what was made. Its place is wanted by open(2) only; without memory others do without the
     * cache.
     */
    private int enter(Path directory, Name name, boolean isDirectory, Path out) {
        boolean caches = directory.mount().fileSystem().cachesNames();
        int error = entries.add(directory.entry(), name, made.value, caches, entry);
        made.value = null;
        directory.entry().noticeName(Notices.CREATE, 0, name, isDirectory);
        if (error == 0) {
            target.set(directory.mount(), entry.value);
            entry.value = null;
            if (out != null) {
                out.set(target);
            }
            target.clear();
        }
        return out == null ? 0 : error;
    }

    private boolean isDirectory() {
        return (stat.mode & Stat.S_IFMT) == Stat.S_IFDIR;
    }

    /** Whether {@code upper} is {@code lower} or stands above it. */
    private static boolean isAbove(Entry upper, Entry lower) {
        Entry step = lower;
        while (step != null && step != upper) {
            step = step.parent();
        }
        return step != null;
    }
}

package demitasse.vfs;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EXDEV;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;

/**
 * Resolves paths, path_resolution(7), without recursion and without allocating: what is still to be walked
 * stands at the end of a buffer, and the target of a symbolic link is put in front of it.
 */
public final class PathWalk {
    /** Follow a symbolic link in the last component. */
    public static final int FOLLOW = 1;
    /** Stop before the last component: {@link #directory} and {@link #last} are the result. */
    public static final int PARENT = 1 << 1;
    /** What is found must be a directory. */
    public static final int DIRECTORY = 1 << 2;
    /** An empty path means the start, AT_EMPTY_PATH. */
    public static final int EMPTY = 1 << 3;
    /**
     * A missing last component is no error: the result is not set, {@link #directory} and {@link #last} are.
     */
    public static final int CREATE = 1 << 4;
    /** RESOLVE_* of openat2(2). */
    public static final int NO_SYMLINKS = 1 << 5;
    public static final int NO_MAGIC_LINKS = 1 << 6;
    public static final int NO_CROSSING = 1 << 7;
    public static final int BENEATH = 1 << 8;
    public static final int IN_ROOT = 1 << 9;

    /** What the last component was. */
    public static final int KIND_NAME = 0;
    public static final int KIND_DOT = 1;
    public static final int KIND_DOT_DOT = 2;
    /** Nothing but slashes. */
    public static final int KIND_ROOT = 3;

    public static final int NAME_BYTES_MAX = 255;
    /** PATH_MAX without its NUL. */
    public static final int PATH_BYTES_MAX = 4095;
    /** MAXSYMLINKS. */
    public static final int LINKS_MAX = 40;
    /** Room for a path and the links in it; a walk that needs more answers ENAMETOOLONG. */
    static final int BUFFER_BYTES = 4 * 4096;

    private static final int MOVED = 0;
    private static final int EXPANDED = 1;

    private final Mounts mounts;
    private final long buffer;
    private final Path cursor = new Path();
    private final Path next = new Path();
    private final Path origin = new Path();
    private final Path top = new Path();
    private final Path directory = new Path();
    private final Name last = new Name();
    private final Name target = new Name();
    private final Stat stat = new Stat();
    private final Ref<Entry> found = new Ref<>();
    private int position;
    private int links;
    private int kind;
    private boolean isLast;
    private boolean endsInSlash;

    PathWalk(Mounts mounts, long buffer) {
        this.mounts = mounts;
        this.buffer = buffer;
    }

    /**
     * Finds the place of a path.
     *
     * @param start where a relative path begins
     * @param root where an absolute one begins, and what ".." does not leave
     * @param who whose right to search directories counts
     * @param out the place, on success; may be the same object as {@code start}
     * @return 0, -ENOENT, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG, -EXDEV, or what a file system answers
     */
    public int walk(Path start, Path root, Name path, int flags, Access who, Path out) {
        directory.clear();
        if (path.length() > PATH_BYTES_MAX) {
            return -ENAMETOOLONG;
        }
        links = 0;
        kind = KIND_ROOT;
        endsInSlash = false;
        isLast = false;
        origin.set(start);
        top.set((flags & IN_ROOT) != 0 ? start : root);
        int error = begin(path, flags);
        if (error == 0) {
            error = run(flags, who);
        }
        if (error == 0) {
            error = finish(flags, out);
        }
        cursor.clear();
        next.clear();
        origin.clear();
        top.clear();
        return error;
    }

    /**
     * After {@link #PARENT}, or {@link #CREATE} with nothing found: where the last component would be. Till
     * next walk.
     */
    public Path directory() {
        return directory;
    }

    /** The last component, with {@link #directory}. Valid until the next walk. */
    public Name last() {
        return last;
    }

    /** One of KIND_*. */
    public int lastKind() {
        return kind;
    }

    /** The path ended in a slash. */
    public boolean endsInSlash() {
        return endsInSlash;
    }

    /** Lets go of what the last walk has found, so that it keeps no removed directory alive. */
    public void forget() {
        directory.clear();
    }

    private int begin(Name path, int flags) {
        position = BUFFER_BYTES - path.length();
        Memory.copy(path.address(), buffer + position, path.length());
        if (path.length() == 0) {
            cursor.set(origin);
            return (flags & EMPTY) != 0 ? 0 : -ENOENT;
        }
        if (path.at(0) != '/') {
            cursor.set(origin);
            return 0;
        }
        return goToTop(flags);
    }

    private int goToTop(int flags) {
        if ((flags & BENEATH) != 0) {
            return -EXDEV;
        }
        cursor.set(top);
        return 0;
    }

    private int run(int flags, Access who) {
        while (true) {
            skipSlashes();
            if (position == BUFFER_BYTES) {
                kind = KIND_ROOT;
                directory.set(cursor);
                return 0;
            }
            int error = enter(who);
            if (error < 0) {
                return error;
            }
            error = takeComponent();
            if (error < 0) {
                return error;
            }
            if (isLast && (flags & PARENT) != 0) {
                directory.set(cursor);
                return 0;
            }
            if (endsInSlash && kind == KIND_NAME && (flags & CREATE) != 0) {
                return -EISDIR;
            }
            int result = step(flags);
            if (result < 0) {
                return missing(result, flags);
            }
            if (result == MOVED && isLast) {
                return 0;
            }
        }
    }

    private int missing(int error, int flags) {
        if (error == -ENOENT && isLast && kind == KIND_NAME && (flags & CREATE) != 0) {
            directory.set(cursor);
            cursor.clear();
            return 0;
        }
        return error;
    }

    private int finish(int flags, Path out) {
        boolean needsDirectory = endsInSlash || (flags & DIRECTORY) != 0;
        if (needsDirectory && cursor.isSet() && (flags & PARENT) == 0) {
            int type = cursor.entry().type(stat);
            if (type != Stat.S_IFDIR) {
                return type < 0 ? type : -ENOTDIR;
            }
        }
        out.set(cursor);
        return 0;
    }

    /** The cursor must be a directory that may be searched. */
    private int enter(Access who) {
        int type = cursor.entry().type(stat);
        if (type != Stat.S_IFDIR) {
            return type < 0 ? type : -ENOTDIR;
        }
        if (who.overrides()) {
            return 0;
        }
        int error = cursor.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        return who.allows(stat, Access.EXECUTE) ? 0 : -EACCES;
    }

    private void skipSlashes() {
        while (position < BUFFER_BYTES && Memory.getByte(buffer + position) == '/') {
            position++;
        }
    }

    /**
     * Moves behind the next component, not behind the slashes after it: a link's target goes right before
     * them.
     */
    private int takeComponent() {
        int start = position;
        while (position < BUFFER_BYTES && Memory.getByte(buffer + position) != '/') {
            position++;
        }
        last.set(buffer + start, position - start);
        if (last.length() > NAME_BYTES_MAX) {
            return -ENAMETOOLONG;
        }
        int rest = position;
        while (rest < BUFFER_BYTES && Memory.getByte(buffer + rest) == '/') {
            rest++;
        }
        isLast = rest == BUFFER_BYTES;
        endsInSlash = isLast && rest > position;
        kind = kindOf(last);
        return 0;
    }

    private static int kindOf(Name name) {
        if (name.at(0) != '.' || name.length() > 2) {
            return KIND_NAME;
        }
        if (name.length() == 1) {
            return KIND_DOT;
        }
        return name.at(1) == '.' ? KIND_DOT_DOT : KIND_NAME;
    }

    private int step(int flags) {
        if (kind == KIND_DOT) {
            return MOVED;
        }
        return kind == KIND_DOT_DOT ? up(flags) : down(flags);
    }

    private int up(int flags) {
        while (!cursor.samePlace(top)) {
            if ((flags & BENEATH) != 0 && cursor.samePlace(origin)) {
                return -EXDEV;
            }
            Mount mount = cursor.mount();
            if (mount == null || cursor.entry() != mount.root()) {
                if (cursor.entry().parent() != null) {
                    cursor.set(mount, cursor.entry().parent());
                }
                break;
            }
            if (mount.parent() == null) {
                break;
            }
            if ((flags & NO_CROSSING) != 0) {
                return -EXDEV;
            }
            cursor.set(mount.parent(), mount.point());
        }
        mounts.cover(cursor);
        return MOVED;
    }

    private int down(int flags) {
        Mount mount = cursor.mount();
        boolean caches = mount != null && mount.fileSystem().cachesNames();
        int error = mounts.entries().find(cursor.entry(), last, caches, found);
        if (error < 0) {
            return error;
        }
        next.set(mount, found.value);
        found.value = null;
        if (mounts.cover(next) && (flags & NO_CROSSING) != 0) {
            return -EXDEV;
        }
        int type = next.entry().type(stat);
        if (type < 0) {
            return type;
        }
        if (type == Stat.S_IFLNK && (!isLast || endsInSlash || (flags & FOLLOW) != 0)) {
            return follow(flags);
        }
        cursor.set(next);
        return MOVED;
    }

    private int follow(int flags) {
        boolean mayFollow = next.mount() == null || (next.mount().flags() & Mount.NO_SYMLINK_FOLLOW) == 0;
        if (++links > LINKS_MAX || (flags & NO_SYMLINKS) != 0 || !mayFollow) {
            return -ELOOP;
        }
        int jumped = next.inode().jump(next);
        if (jumped == 0) {
            return land(flags);
        }
        if (jumped != -EINVAL) {
            return jumped;
        }
        int error = next.inode().readLink(target);
        if (error < 0) {
            return error;
        }
        int length = target.length();
        if (length == 0) {
            return -ENOENT;
        }
        if (length > position) {
            return -ENAMETOOLONG;
        }
        position -= length;
        Memory.copy(target.address(), buffer + position, length);
        boolean crosses = (flags & NO_CROSSING) != 0 && cursor.mount() != top.mount();
        error = target.at(0) != '/' ? 0 : crosses ? -EXDEV : goToTop(flags);
        return error < 0 ? error : EXPANDED;
    }

    /** After a magic link, which leads to a place and not to a text. */
    private int land(int flags) {
        if ((flags & NO_MAGIC_LINKS) != 0) {
            return -ELOOP;
        }
        boolean crosses = (flags & NO_CROSSING) != 0 && cursor.mount() != next.mount();
        if (crosses || (flags & (BENEATH | IN_ROOT)) != 0) {
            return -EXDEV;
        }
        cursor.set(next);
        return MOVED;
    }
}

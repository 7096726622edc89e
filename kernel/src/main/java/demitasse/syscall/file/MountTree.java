package demitasse.syscall.file;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mount;
import demitasse.vfs.MountChanges;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathHandle;
import demitasse.vfs.PathWalk;
import demitasse.vfs.TreeHandle;

/** open_tree(2), move_mount(2), mount_setattr(2). */
final class MountTree {
    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int OPEN_KNOWN = OPEN_TREE_CLONE | OpenFlags.O_CLOEXEC | AT_RECURSIVE | At.AT_EMPTY_PATH
            | At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT;
    private static final int F_SYMLINKS = 1;
    private static final int F_EMPTY_PATH = 4;
    private static final int T_SYMLINKS = 0x10;
    private static final int T_EMPTY_PATH = 0x40;
    /** With automounts, of which there are none. */
    private static final int MOVE_KNOWN = 0x77;
    private static final int SET_KNOWN = AT_RECURSIVE | At.AT_EMPTY_PATH | At.AT_SYMLINK_NOFOLLOW
            | At.AT_NO_AUTOMOUNT;
    /** struct mount_attr: 0 attributes to set, 8 to clear, 16 propagation, 24 user namespace. */
    private static final int ATTRIBUTE_BYTES = 32;
    private static final int ATTRIBUTE_BYTES_MAX = 4096;
    private static final long PROPAGATION = MountChanges.MS_UNBINDABLE | MountChanges.MS_PRIVATE
            | MountChanges.MS_SLAVE | MountChanges.MS_SHARED;

    private MountTree() {
    }

    @Syscall("open_tree")
    static long openTree(Call call, int directory, long path, int flags) {
        boolean clones = (flags & OPEN_TREE_CLONE) != 0;
        if ((flags & ~OPEN_KNOWN) != 0 || (flags & AT_RECURSIVE) != 0 && !clones) {
            return -EINVAL;
        }
        if (clones && !MountCall.mayMount(call)) {
            return -EPERM;
        }
        Path place = new Path();
        int error = At.find(call, directory, path, At.walkFlags(flags), place);
        FileHandle opened = null;
        if (error == 0 && clones) {
            Mount copy = At.changes(call).copy(place, (flags & AT_RECURSIVE) != 0);
            error = copy == null ? -EINVAL : 0;
            opened = copy == null ? null : TreeHandle.of(At.mounts(call), copy);
        } else if (error == 0) {
            opened = new PathHandle(OpenFlags.O_PATH, place);
        }
        place.clear();
        return error < 0 ? error : call.process().files().installNew(opened, (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    @Syscall(value = "move_mount", rejects = {"MOVE_MOUNT_SET_GROUP", "MOVE_MOUNT_BENEATH"})
    static long moveMount(Call call, int fromDirectory, long from, int toDirectory, long to, int flags) {
        if (!MountCall.mayMount(call)) {
            return -EPERM;
        }
        if ((flags & ~MOVE_KNOWN) != 0) {
            return -EINVAL;
        }
        Path source = new Path();
        Path target = new Path();
        int walk = ((flags & F_SYMLINKS) != 0 ? PathWalk.FOLLOW : 0)
                | ((flags & F_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
        int error = At.find(call, fromDirectory, from, walk, source);
        if (error == 0) {
            walk = ((flags & T_SYMLINKS) != 0 ? PathWalk.FOLLOW : 0)
                    | ((flags & T_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
            error = At.find(call, toDirectory, to, walk, target);
        }
        if (error == 0) {
            error = move(call, fromDirectory, source, target);
        }
        source.clear();
        target.clear();
        return error;
    }

    private static int move(Call call, int fd, Path source, Path target) {
        FileHandle file = call.process().files().at(fd);
        boolean isTree = file instanceof TreeHandle tree && !tree.isMoved() && source.samePlace(tree.path());
        if (!isTree) {
            return At.changes(call).move(source, target);
        }
        int error = At.changes(call).attach(source.mount(), target);
        if (error == 0) {
            ((TreeHandle) file).noteMoved();
        }
        return error;
    }

    @Syscall(value = "mount_setattr", rejects = {"MOUNT_ATTR_IDMAP"})
    static long mountSetattr(Call call, int directory, long path, int flags, long attributes, long sizeBytes) {
        if ((flags & ~SET_KNOWN) != 0 || sizeBytes < ATTRIBUTE_BYTES) {
            return -EINVAL;
        }
        if (sizeBytes > ATTRIBUTE_BYTES_MAX) {
            return -E2BIG;
        }
        if (!MountCall.mayMount(call)) {
            return -EPERM;
        }
        long copy = UserWord.load(call, attributes, (int) sizeBytes);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        for (int i = ATTRIBUTE_BYTES; i < sizeBytes; i++) {
            if (Memory.getByte(copy + i) != 0) {
                return -E2BIG;
            }
        }
        long set = Memory.getLong(copy);
        long clear = Memory.getLong(copy + 8);
        long propagation = Memory.getLong(copy + 16);
        if ((set | clear | propagation) == 0) {
            return 0;
        }
        boolean setsTimes = (set & MountAttributes.ACCESS_TIMES) != 0;
        boolean clearsTimes = (clear & MountAttributes.ACCESS_TIMES) == MountAttributes.ACCESS_TIMES;
        if (!MountAttributes.areKnown(set) || !MountAttributes.areKnown(clear & ~(long) MountAttributes.ACCESS_TIMES)
                || setsTimes && !clearsTimes || !clearsTimes && (clear & MountAttributes.ACCESS_TIMES) != 0
                || (propagation & ~PROPAGATION) != 0 || (propagation & propagation - 1) != 0) {
            return -EINVAL;
        }
        Path place = new Path();
        int error = At.find(call, directory, path, At.walkFlags(flags), place);
        if (error == 0 && !At.mounts(call).isMountRoot(place)) {
            error = -EINVAL;
        }
        if (error == 0) {
            boolean recursive = (flags & AT_RECURSIVE) != 0;
            error = At.changes(call).changeFlags(place.mount(), MountAttributes.flags((int) set),
                    MountAttributes.cleared((int) clear), recursive);
            error = propagation == 0 || error < 0 ? error
                    : At.changes(call).changePropagation(place, (int) propagation, recursive);
        }
        place.clear();
        return error;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.collect.Ref;
import demitasse.posix.file.PathScratch;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Mount;
import demitasse.vfs.MountChanges;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;

/** mount(2), umount2(2), pivot_root(2). */
final class MountCall {
    private static final int MS_REMOUNT = 0x20;
    private static final int MS_BIND = 0x1000;
    private static final int MS_MOVE = 0x2000;
    private static final int MS_REC = 0x4000;
    private static final int MS_SILENT = 0x8000;
    private static final int PROPAGATION = MountChanges.MS_UNBINDABLE | MountChanges.MS_PRIVATE
            | MountChanges.MS_SLAVE | MountChanges.MS_SHARED;
    /** Old programs put it into the upper half of the flags. */
    private static final int MS_MGC_VAL = 0xc0ed_0000;
    private static final int MS_MGC_MSK = 0xffff_0000;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final int UMOUNT_KNOWN = UMOUNT_NOFOLLOW | MountChanges.MNT_FORCE | MountChanges.MNT_DETACH
            | MountChanges.MNT_EXPIRE;

    private MountCall() {
    }

    @Syscall(value = "mount", ignores = {"MS_NOATIME", "MS_RELATIME", "MS_STRICTATIME", "MS_SYNCHRONOUS",
        "MS_DIRSYNC", "MS_MANDLOCK", "MS_LAZYTIME", "MS_SILENT"},
            note = "tmpfs, ramfs, overlay (one lower layer, the upper one on a tmpfs), proc, sysfs, devpts and mqueue.")
    static long mount(Call call, long source, long target, long type, long flags, long data) {
        int wanted = (int) flags;
        wanted = (wanted & MS_MGC_MSK) == MS_MGC_VAL ? wanted & ~MS_MGC_MSK : wanted;
        if (!mayMount(call)) {
            return -EPERM;
        }
        Path point = new Path();
        int error = At.find(call, At.AT_FDCWD, target, PathWalk.FOLLOW, point);
        long result = error < 0 ? error : at(call, point, source, type, wanted, data);
        point.clear();
        return result;
    }

    /** Whether the caller may change the tree of mounts, capabilities(7). */
    static boolean mayMount(Call call) {
        return call.credentials().may(Credentials.CAP_SYS_ADMIN, call.namespaces().of(Namespace.MOUNT).owner());
    }

    private static long at(Call call, Path point, long source, long type, int flags, long data) {
        if ((flags & MS_REMOUNT) != 0) {
            return remount(call, point, flags, data);
        }
        if ((flags & MS_BIND) != 0) {
            return fromPlace(call, point, source, (flags & MS_REC) != 0, false);
        }
        if ((flags & PROPAGATION) != 0) {
            int kind = flags & PROPAGATION;
            boolean one = (kind & kind - 1) == 0 && (flags & ~(kind | MS_REC | MS_SILENT)) == 0;
            return one ? At.changes(call).changePropagation(point, kind, (flags & MS_REC) != 0) : -EINVAL;
        }
        if ((flags & MS_MOVE) != 0) {
            return fromPlace(call, point, source, false, true);
        }
        return mountNew(call, point, source, type, flags, data);
    }

    private static long fromPlace(Call call, Path point, long source, boolean recursive, boolean moves) {
        Path from = new Path();
        int error = source == 0 ? -EINVAL : At.find(call, At.AT_FDCWD, source, PathWalk.FOLLOW, from);
        if (error == 0) {
            error = moves ? At.changes(call).move(from, point) : At.changes(call).bind(from, point, recursive);
        }
        from.clear();
        return error;
    }

    private static long remount(Call call, Path point, int flags, long data) {
        if (!At.mounts(call).isMountRoot(point)) {
            return -EINVAL;
        }
        if (!call.namespaces().mounts().contains(point.mount())) {
            return -EINVAL;
        }
        // Who says nothing of access times leaves them as they are.
        int kept = (flags & Mount.ANY_ACCESS_TIMES) == 0 ? point.mount().flags() & Mount.ANY_ACCESS_TIMES : 0;
        int wanted = flags & Mount.ALL_FLAGS | kept;
        if (!point.mount().mayHave(wanted)) {
            return -EPERM;
        }
        if ((flags & Mount.READ_ONLY) != 0 && point.mount().hasWriters()) {
            return -EBUSY;
        }
        Name options = new Name(0, 0);
        int error = (flags & MS_BIND) != 0 ? 0 : options(call, data, options);
        if (error == 0 && options.length() > 0 && At.mounts(call).types() != null) {
            error = At.mounts(call).types().change(point.mount().fileSystem(), options);
        }
        if (error < 0) {
            return error;
        }
        point.mount().setFlags(wanted);
        return 0;
    }

    private static long mountNew(Call call, Path point, long source, long type, int flags, long data) {
        String name = "none";
        if (source != 0) {
            int error = call.path(source);
            if (error < 0) {
                return error;
            }
            name = text(call.path());
        }
        Name options = new Name(0, 0);
        int error = options(call, data, options);
        error = error < 0 ? error : type == 0 ? -EINVAL : call.secondPath(type);
        if (error < 0) {
            return error;
        }
        if (At.mounts(call).types() == null) {
            return -ENODEV;
        }
        if (!Mounts.hasRoom(name)) {
            return -ENOMEM;
        }
        Ref<FileSystem> made = new Ref<>();
        error = At.mounts(call).types().make(call.secondPath(), options, made);
        if (error < 0) {
            return error;
        }
        error = At.changes(call).mount(made.value, point, name, flags & Mount.ALL_FLAGS);
        if (error < 0) {
            made.value.unmounted();
        }
        return error;
    }

    /** What mount(2) calls data: text. 0 or -errno. */
    private static int options(Call call, long data, Name out) {
        int error = data == 0 ? 0 : call.path(data);
        if (error == 0 && data != 0) {
            out.set(call.path().address(), call.path().length());
        }
        return error;
    }

    /** A name for the tables of mounts. */
    static String text(Name name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            text.append((char) name.at(i));
        }
        return text.toString();
    }

    @Syscall(value = "umount2", ignores = {"MNT_FORCE"})
    static long umount2(Call call, long target, int flags) {
        boolean expires = (flags & MountChanges.MNT_EXPIRE) != 0;
        if ((flags & ~UMOUNT_KNOWN) != 0
                || expires && (flags & (MountChanges.MNT_FORCE | MountChanges.MNT_DETACH)) != 0) {
            return -EINVAL;
        }
        if (!mayMount(call)) {
            return -EPERM;
        }
        Path place = new Path();
        int follow = (flags & UMOUNT_NOFOLLOW) != 0 ? 0 : PathWalk.FOLLOW;
        At.mounts(call).setLooksToUnmount(true);
        int error = At.find(call, At.AT_FDCWD, target, follow, place);
        if (error == 0) {
            error = At.changes(call).unmount(place, flags);
        }
        place.clear();
        At.mounts(call).setLooksToUnmount(false);
        return error;
    }

    @Syscall("pivot_root")
    static long pivotRoot(Call call, long newRoot, long putOld) {
        if (!mayMount(call)) {
            return -EPERM;
        }
        PathScratch scratch = At.scratch(call);
        Path to = new Path();
        int error = At.find(call, At.AT_FDCWD, newRoot, PathWalk.FOLLOW | PathWalk.DIRECTORY, to);
        if (error == 0) {
            error = At.find(call, At.AT_FDCWD, putOld, PathWalk.FOLLOW | PathWalk.DIRECTORY, scratch.other);
        }
        Path old = new Path(call.process().root());
        if (error == 0) {
            error = At.changes(call).pivot(old, to, scratch.other);
        }
        if (error == 0) {
            call.instance().processes().rootMoved(old, to);
        }
        scratch.other.clear();
        old.clear();
        to.clear();
        return error;
    }
}

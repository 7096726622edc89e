package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.collect.Ref;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Mount;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;

/** mount(2), umount2(2). */
final class MountCall {
    private static final int MS_REMOUNT = 0x20;
    private static final int MS_BIND = 0x1000;
    private static final int MS_MOVE = 0x2000;
    private static final int MS_UNBINDABLE = 1 << 17;
    private static final int MS_PRIVATE = 1 << 18;
    private static final int MS_SLAVE = 1 << 19;
    private static final int MS_SHARED = 1 << 20;
    private static final int KEPT = Mount.READ_ONLY | Mount.NO_SUID | Mount.NO_DEVICES | Mount.NO_EXECUTE;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final int MNT_FORCE = 1;

    private MountCall() {
    }

    @Syscall(value = "mount", ignores = {"MS_NOATIME", "MS_RELATIME", "MS_PRIVATE", "MS_SILENT"},
            rejects = {"MS_BIND", "MS_MOVE", "MS_SHARED", "MS_SLAVE", "MS_UNBINDABLE"},
            note = "tmpfs can be mounted; all mounts are private")
    static long mount(Call call, long source, long target, long type, long flags, long data) {
        if (!call.credentials().may(Credentials.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, At.AT_FDCWD, target, PathWalk.FOLLOW, scratch.place);
        long result = error < 0 ? error : at(call, scratch.place, type, (int) flags, data);
        scratch.place.clear();
        return result;
    }

    private static long at(Call call, Path place, long type, int flags, long data) {
        if ((flags & (MS_BIND | MS_MOVE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE)) != 0) {
            return -EINVAL;
        }
        if ((flags & (MS_REMOUNT | MS_PRIVATE)) != 0) {
            return change(place, flags);
        }
        Name options = new Name(0, 0);
        int error = data == 0 ? 0 : call.path(data);
        if (error == 0 && data != 0) {
            options.set(call.path().address(), call.path().length());
        }
        error = error < 0 ? error : type == 0 ? -EINVAL : call.secondPath(type);
        if (error < 0) {
            return error;
        }
        if (At.mounts(call).types() == null) {
            return -ENODEV;
        }
        Ref<FileSystem> made = new Ref<>();
        error = At.mounts(call).types().make(call.secondPath(), options, made);
        if (error < 0) {
            return error;
        }
        error = At.mounts(call).mount(made.value, place, made.value.type(), flags & KEPT);
        if (error < 0) {
            made.value.unmounted();
        }
        return error;
    }

    private static long change(Path place, int flags) {
        if (place.mount() == null || place.entry().parent() != null) {
            return -EINVAL;
        }
        if ((flags & MS_REMOUNT) != 0) {
            place.mount().setFlags(flags & KEPT);
        }
        return 0;
    }

    @Syscall(value = "umount2", ignores = {"MNT_FORCE"}, rejects = {"MNT_DETACH", "MNT_EXPIRE"})
    static long umount2(Call call, long target, int flags) {
        if ((flags & ~(UMOUNT_NOFOLLOW | MNT_FORCE)) != 0) {
            return -EINVAL;
        }
        if (!call.credentials().may(Credentials.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        PathScratch scratch = At.scratch(call);
        int follow = (flags & UMOUNT_NOFOLLOW) != 0 ? 0 : PathWalk.FOLLOW;
        int error = At.find(call, At.AT_FDCWD, target, follow, scratch.place);
        if (error == 0) {
            error = At.mounts(call).unmount(scratch.place);
        }
        scratch.place.clear();
        return error;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.posix.file.MountSpec;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Mount;
import demitasse.vfs.Name;
import demitasse.vfs.PathWalk;
import demitasse.vfs.TreeHandle;

/** fsopen(2), fsconfig(2), fsmount(2), fspick(2). */
final class FsOpen {
    private static final int CLOEXEC = 1;
    private static final int FSPICK_SYMLINK_NOFOLLOW = 2;
    private static final int FSPICK_NO_AUTOMOUNT = 4;
    private static final int FSPICK_EMPTY_PATH = 8;
    private static final int FSPICK_KNOWN = 15;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int SET_FD = 5;
    private static final int CMD_CREATE = 6;
    private static final int CMD_RECONFIGURE = 7;

    private FsOpen() {
    }

    @Syscall("fsopen")
    static long fsopen(Call call, long type, int flags) {
        if (!MountCall.mayMount(call)) {
            return -EPERM;
        }
        int error = (flags & ~CLOEXEC) != 0 ? -EINVAL : call.path(type);
        if (error < 0) {
            return error;
        }
        if (At.mounts(call).types() == null || !At.mounts(call).types().knows(call.path())) {
            return -ENODEV;
        }
        MountSpec spec = new MountSpec(call.instance().files(), MountCall.text(call.path()), null);
        return call.process().files().installNew(spec, flags != 0);
    }

    @Syscall(value = "fspick", ignores = {"FSPICK_NO_AUTOMOUNT"})
    static long fspick(Call call, int directory, long path, int flags) {
        if (!MountCall.mayMount(call)) {
            return -EPERM;
        }
        if ((flags & ~FSPICK_KNOWN) != 0) {
            return -EINVAL;
        }
        PathScratch scratch = At.scratch(call);
        int walk = ((flags & FSPICK_SYMLINK_NOFOLLOW) != 0 ? 0 : PathWalk.FOLLOW)
                | ((flags & FSPICK_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
        int error = At.find(call, directory, path, walk, scratch.place);
        if (error == 0 && !At.mounts(call).isMountRoot(scratch.place)) {
            error = -EINVAL;
        }
        Mount picked = error < 0 ? null : scratch.place.mount();
        scratch.place.clear();
        return error < 0 ? error : call.process().files().installNew(
                new MountSpec(call.instance().files(), null, picked), (flags & CLOEXEC) != 0);
    }

    /** No file system here has a parameter that is a path, a file or bytes: such answer as a bad value does. */
    @Syscall(value = "fsconfig", rejects = "FSCONFIG_CMD_CREATE_EXCL")
    static long fsconfig(Call call, int fd, int command, long key, long value, int auxiliary) {
        if (fd < 0 || command < 0) {
            return -EINVAL;
        }
        if (!(call.file(fd) instanceof MountSpec spec)) {
            return call.file(fd) == null ? -EBADF : -EINVAL;
        }
        if (command == SET_FLAG || command == SET_STRING) {
            return set(call, spec, command, key, value, auxiliary);
        }
        if (command <= SET_FD) {
            return -EINVAL;
        }
        if (key != 0 || value != 0 || auxiliary != 0) {
            return -EINVAL;
        }
        if (command == CMD_CREATE) {
            return create(call, spec);
        }
        return command == CMD_RECONFIGURE ? reconfigure(call, spec) : -EOPNOTSUPP;
    }

    private static long set(Call call, MountSpec spec, int command, long key, long value, int auxiliary) {
        boolean isString = command == SET_STRING;
        if (key == 0 || isString != (value != 0) || auxiliary != 0) {
            return -EINVAL;
        }
        if (spec.isMade()) {
            return -EBUSY;
        }
        int error = call.path(key);
        error = error < 0 || !isString ? error : call.secondPath(value);
        if (error < 0) {
            return error;
        }
        int length = call.path().length() + (isString ? call.secondPath().length() : 0);
        if (!spec.takeRoom(length)) {
            return -ENOMEM;
        }
        if (isString && call.path().is("source")) {
            spec.source = MountCall.text(call.secondPath());
        } else if (!isString && (call.path().is("ro") || call.path().is("rw"))) {
            spec.readOnly = call.path().is("ro");
        } else {
            // With a comma and an equals sign.
            if (spec.options.length() + length + 2 > MountSpec.OPTIONS_BYTES_MAX) {
                return -EINVAL;
            }
            spec.options.append(spec.options.length() > 0 ? "," : "").append(MountCall.text(call.path()));
            if (isString) {
                spec.options.append('=').append(MountCall.text(call.secondPath()));
            }
        }
        return 0;
    }

    private static long create(Call call, MountSpec spec) {
        if (spec.type == null || spec.isMade()) {
            return -EBUSY;
        }
        Name options = name(call, spec.options.toString());
        Ref<FileSystem> made = new Ref<>();
        int error = At.mounts(call).types().make(name(call, spec.type), options, made);
        if (error == 0) {
            spec.setMade(made.value);
        }
        return error;
    }

    /** Of the file system as a whole only whether it can be written is to be changed. */
    private static long reconfigure(Call call, MountSpec spec) {
        if (spec.picked == null) {
            return -EBUSY;
        }
        if (spec.options.length() > 0) {
            return -EINVAL;
        }
        return At.changes(call).changeFlags(spec.picked, spec.readOnly ? Mount.READ_ONLY : 0,
                Mount.READ_ONLY, false);
    }

    private static Name name(Call call, String text) {
        long copy = call.scratch(Math.max(1, text.length()));
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(copy + i, (byte) text.charAt(i));
        }
        return new Name(copy, text.length());
    }

    @Syscall("fsmount")
    static long fsmount(Call call, int fd, int flags, int attributes) {
        if (!MountCall.mayMount(call)) {
            return -EPERM;
        }
        if ((flags & ~CLOEXEC) != 0 || !MountAttributes.areKnown(attributes)) {
            return -EINVAL;
        }
        if (!(call.file(fd) instanceof MountSpec spec)) {
            return call.file(fd) == null ? -EBADF : -EINVAL;
        }
        FileSystem made = spec.take();
        if (made == null) {
            return -EINVAL;
        }
        int mountFlags = MountAttributes.flags(attributes) | (spec.readOnly ? Mount.READ_ONLY : 0);
        Mount mount = At.changes(call).mountNowhere(made, spec.source, mountFlags);
        if (mount == null) {
            made.unmounted();
            return -ENOSPC;
        }
        return call.process().files().installNew(TreeHandle.of(At.mounts(call), mount), flags != 0);
    }
}

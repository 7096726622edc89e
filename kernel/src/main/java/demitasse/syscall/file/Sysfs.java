package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.vfs.FileSystemTypes;

/** sysfs(2): the types of file systems by number, from before there was /proc/filesystems. */
final class Sysfs {
    private static final int NUMBER_OF = 1;
    private static final int NAME_OF = 2;
    private static final int COUNT = 3;
    private static final int NAME_BYTES_MAX = 16;

    private Sysfs() {
    }

    @Syscall("sysfs")
    static long sysfs(Call call, int option, long first, long second) {
        return switch (option) {
            case NUMBER_OF -> number(call, first);
            case NAME_OF -> name(call, first, second);
            case COUNT -> FileSystemTypes.NAMES.length;
            default -> -EINVAL;
        };
    }

    private static long number(Call call, long name) {
        int error = call.path(name);
        if (error < 0) {
            return error;
        }
        for (int i = 0; i < FileSystemTypes.NAMES.length; i++) {
            if (call.path().is(FileSystemTypes.NAMES[i])) {
                return i;
            }
        }
        return -EINVAL;
    }

    private static long name(Call call, long index, long target) {
        if (Long.compareUnsigned(index, FileSystemTypes.NAMES.length) >= 0) {
            return -EINVAL;
        }
        String name = FileSystemTypes.NAMES[(int) index];
        long copy = call.scratch(NAME_BYTES_MAX);
        for (int i = 0; i < name.length(); i++) {
            Memory.putByte(copy + i, (byte) name.charAt(i));
        }
        Memory.putByte(copy + name.length(), (byte) 0);
        return call.process().memory().copyOut(copy, target, name.length() + 1) < 0 ? -EFAULT : 0;
    }
}

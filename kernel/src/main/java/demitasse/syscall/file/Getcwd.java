package demitasse.syscall.file;

import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scratch;
import demitasse.vfs.Name;

/** getcwd(2), the system call: returns the length with the NUL. */
final class Getcwd {
    private static final String UNREACHABLE = "(unreachable)";

    private Getcwd() {
    }

    @Syscall("getcwd")
    static long getcwd(Call call, long buffer, long sizeBytes) {
        Process process = call.process();
        if (process.directory().isDeleted()) {
            return -ENOENT;
        }
        long copy = call.scratch(UNREACHABLE.length() + Scratch.PATH_BYTES);
        Name name = At.scratch(call).name;
        int capacity = Scratch.PATH_BYTES - 1;
        int reached = At.mounts(call).pathOf(
                process.directory(), process.root(), copy + UNREACHABLE.length(), capacity, name);
        if (reached < 0) {
            return -ENAMETOOLONG;
        }
        long start = name.address();
        int length = name.length();
        if (reached > 0) {
            // getcwd(2): the directory is outside the root of the process.
            start -= UNREACHABLE.length();
            length += UNREACHABLE.length();
            for (int i = 0; i < UNREACHABLE.length(); i++) {
                Memory.putByte(start + i, (byte) UNREACHABLE.charAt(i));
            }
        }
        Memory.putByte(start + length, (byte) 0);
        if (length + 1 > sizeBytes && sizeBytes >= 0) {
            return -ERANGE;
        }
        int error = process.memory().copyOut(start, buffer, length + 1);
        return error < 0 ? error : length + 1;
    }
}

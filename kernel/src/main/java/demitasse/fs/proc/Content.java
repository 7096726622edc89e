package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Text;

/** What a file of procfs says. */
abstract class Content {
    /** Writes it down: 0 or -errno (-ESRCH when the process is gone). */
    abstract int write(Text out);

    /** Takes what a program writes: the bytes taken or -errno. */
    int accept(long address, int lengthBytes) {
        return -EINVAL;
    }
}

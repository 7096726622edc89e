package demitasse.fs.proc;

import static demitasse.base.error.Errno.EIO;

import demitasse.base.memory.Text;

/** What a file of procfs says. */
abstract class Content {
    /** Whether it may be opened by who asks, as far as its mode does not say that: 0 or -errno. */
    int admit() {
        return 0;
    }

    /** What is kept of who opens it, for {@link #accept(Object, long, int)}; null for nothing. */
    Object opener() {
        return null;
    }

    /** Writes it down: 0 or -errno (-ESRCH when the process is gone). */
    abstract int write(Text out);

    /** Takes what a program writes: the bytes taken or -errno; -EIO where nothing can be written at all. */
    int accept(long address, int lengthBytes) {
        return -EIO;
    }

    /** The same where it matters who has opened the file, and who only writes to what was handed to it. */
    int accept(Object opener, long address, int lengthBytes) {
        return accept(address, lengthBytes);
    }
}

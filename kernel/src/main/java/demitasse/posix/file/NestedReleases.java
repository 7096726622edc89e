package demitasse.posix.file;

import demitasse.vfs.FileHandle;

/** Files that others let go of when they end, in a loop, however deep they nest: the kernel's stack is short. */
public final class NestedReleases {
    private static final int INITIAL_CAPACITY = 8;

    private FileHandle[] waiting = new FileHandle[INITIAL_CAPACITY];
    private int count;
    private boolean releasing;

    /** There is a reference less, now or when the file has ended that is about to. */
    public void release(FileHandle file) {
        if (count == waiting.length) {
            FileHandle[] more = new FileHandle[count * 2];
            System.arraycopy(waiting, 0, more, 0, count);
            waiting = more;
        }
        waiting[count++] = file;
        if (releasing) {
            return;
        }
        releasing = true;
        while (count > 0) {
            FileHandle next = waiting[--count];
            waiting[count] = null;
            next.release();
        }
        releasing = false;
    }
}

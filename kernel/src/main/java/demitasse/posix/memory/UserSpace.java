package demitasse.posix.memory;

import demitasse.vfs.ControlMemory;

/** The memory of a process. The memory helper fills this in. */
public abstract class UserSpace implements ControlMemory {
    /** Has the CPU use it. */
    public abstract void activate();

    /** Gives everything back; must not be active. */
    public abstract void destroy();

    /** Handles a page fault of the program; the answer is a {@link Fault}. */
    public abstract int fault(long address, int errorCode);

    /** Copies from user memory: 0 or -EFAULT. */
    @Override
    public abstract int copyIn(long userAddress, long target, int lengthBytes);

    /** Copies to user memory: 0 or -EFAULT (a part may have been stored). */
    @Override
    public abstract int copyOut(long source, long userAddress, int lengthBytes);

    /** Copies a string with its NUL. Returns its length without the NUL, -EFAULT, or -ENAMETOOLONG. */
    public abstract long copyString(long userAddress, long target, int capacityBytes);

    /** Copies as much as is readable (or writable): the bytes copied, or -EFAULT when none was. For transfers. */
    public abstract long copyInPartly(long userAddress, long target, long lengthBytes);

    public abstract long copyOutPartly(long source, long userAddress, long lengthBytes);

    public abstract long zeroPartly(long userAddress, long lengthBytes);
}

package demitasse.vfs;

/** User memory for an ioctl: both answer 0 or -EFAULT. */
public interface ControlMemory {
    int copyIn(long userAddress, long target, int lengthBytes);

    int copyOut(long source, long userAddress, int lengthBytes);
}

package demitasse.driver.virtio;

/** How a driver reaches its device: virtio 1.2 §4, over MMIO or PCI. */
public interface VirtioTransport {
    int NETWORK = 1;
    int CONSOLE = 3;

    /** The device id, virtio 1.2 §5; 0 when there is no device. */
    int deviceId();

    /**
     * Resets the device and agrees on features.
     *
     * @return those of {@code wanted} that the device has; 0 when it refuses, then it must be left alone
     */
    long negotiate(long wanted);

    /** Hands a queue over; to be called between {@link #negotiate} and {@link #start}. */
    boolean enable(Virtqueue queue);

    /** From now on the device serves its queues. */
    void start();

    /** The doorbell of a queue: there are new buffers. */
    void notify(int queue);

    /** Takes back the interrupt line; true when the device's configuration may have changed. */
    boolean acknowledge();

    /** A word of the device's own configuration; the offset is a multiple of four. */
    int configuration(int offset);
}

package demitasse.driver.virtio;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.device.DeviceMemory;

/**
 * A split virtqueue whose buffers are one descriptor each, virtio 1.2 §2.7. Each descriptor belongs to one buffer of
 * the driver for good, so there is no list of free ones: the driver knows which of its buffers are out.
 *
 * <pre>
 *  descriptors  16 bytes each:  address 8 | length 4 | flags 2 | next 2
 *  available    flags 2 | index 2 | id 2 …               | used event 2
 *  used         flags 2 | index 2 | (id 4 | length 4) …  | available event 2
 * </pre>
 *
 * <p>With event indices each side says up to which of the other's entries it wants to hear nothing, virtio 1.2
 * §2.7.10; the flags mean nothing then.
 */
public final class Virtqueue {
    private static final int DESCRIPTOR_BYTES = 16;
    private static final int DESCRIPTOR_LENGTH = 8;
    private static final int DESCRIPTOR_FLAGS = 12;
    private static final int DEVICE_WRITES = 2;
    private static final int RING_START = 4;
    private static final int USED_ENTRY_BYTES = 8;
    private static final short NO_INTERRUPT = 1;
    private static final int NO_NOTIFICATION = 1;
    private static final int INDEX_MASK = 0xffff;
    /** As far ahead as an index can be. */
    private static final int FAR = 0x8000;

    private final VirtioTransport transport;
    private final DeviceMemory memory;
    private final int index;
    private final int size;
    private final long descriptors;
    private final long available;
    private final long used;
    private int availableIndex;
    private int usedIndex;
    private boolean quiet;
    private boolean eventIndices;
    /** Of the available ring, when the doorbell was last thought of. */
    private int kickedIndex;
    /** Of the used ring: the entry that we want to hear of. */
    private int event;

    /** @param size a power of two, up to 128 so that all of it is in one page */
    public Virtqueue(VirtioTransport transport, DeviceMemory memory, int index, int size) {
        this.transport = transport;
        this.memory = memory;
        this.index = index;
        this.size = size;
        this.descriptors = memory.take((long) size * (DESCRIPTOR_BYTES + 2 + USED_ENTRY_BYTES) + 16);
        this.available = descriptors + (long) size * DESCRIPTOR_BYTES;
        this.used = available + RING_START + 2L * size + 4 & -8;
    }

    public int index() {
        return index;
    }

    public int size() {
        return size;
    }

    long descriptorsPhysical() {
        return memory.physical(descriptors);
    }

    long availablePhysical() {
        return memory.physical(available);
    }

    long usedPhysical() {
        return memory.physical(used);
    }

    /** Before the first buffer goes out: the device has agreed to EVENT_INDEX. */
    void useEventIndices() {
        eventIndices = true;
    }

    /** Makes a buffer of the driver the one that goes out under this id. */
    public void assign(int id, long address, boolean deviceWrites) {
        long descriptor = descriptors + (long) id * DESCRIPTOR_BYTES;
        Memory.putLong(descriptor, memory.physical(address));
        Memory.putShort(descriptor + DESCRIPTOR_FLAGS, (short) (deviceWrites ? DEVICE_WRITES : 0));
    }

    /** Gives a buffer to the device, which may look at it from now on. */
    @HotPath("per buffer")
    public void offer(int id, int lengthBytes) {
        Memory.putInt(descriptors + (long) id * DESCRIPTOR_BYTES + DESCRIPTOR_LENGTH, lengthBytes);
        Memory.putShort(available + RING_START + 2L * (availableIndex & size - 1), (short) id);
        availableIndex++;
        // Flags and index are one word, and nothing else writes either.
        publish();
    }

    /** The doorbell; after any number of offers. */
    @HotPath("per buffer")
    public void kick() {
        // The device may read a stale index otherwise, virtio 1.2 §2.7.13.3.1.
        Memory.fence();
        transport.notify(index);
    }

    /** The doorbell, unless the device says that it looks at the queue by itself. */
    @HotPath("per batch")
    void kickIfWanted() {
        Memory.fence();
        if (eventIndices ? hasPassedEvent() : (Memory.getIntAcquire(used) & NO_NOTIFICATION) == 0) {
            transport.notify(index);
        }
        kickedIndex = availableIndex;
    }

    /** Whether the entry that the device wants to hear of is among those since the last time. */
    private boolean hasPassedEvent() {
        int wanted = Memory.getUnsignedShort(used + RING_START + (long) USED_ENTRY_BYTES * size);
        return (availableIndex - wanted - 1 & INDEX_MASK) < (availableIndex - kickedIndex & INDEX_MASK);
    }

    /** Whether the device has given back a buffer that nobody has taken yet. */
    @HotPath("per buffer")
    public boolean hasUsed() {
        return (Memory.getIntAcquire(used) >>> 16) != (usedIndex & INDEX_MASK);
    }

    /** The buffer given back first. A device that answers nonsense gets it taken as its first buffer. */
    @HotPath("per buffer")
    public int usedId() {
        int id = Memory.getInt(usedEntry());
        return id >= 0 && id < size ? id : 0;
    }

    /** How much of {@link #usedId()} the device has written, bounded by what the driver can hold. */
    @HotPath("per buffer")
    public int usedLengthBytes(int maxBytes) {
        int length = Memory.getInt(usedEntry() + 4);
        return length < 0 || length > maxBytes ? maxBytes : length;
    }

    @HotPath("per buffer")
    public void takeUsed() {
        usedIndex++;
    }

    /**
     * Whether the device should interrupt when it gives buffers back. It is a hint: the device may do it all
     * the same.
     */
    @HotPath("per buffer")
    public void interrupts(boolean wanted) {
        if (eventIndices) {
            putEvent(wanted ? usedIndex : usedIndex + FAR);
        } else {
            quiet = !wanted;
            publish();
            Memory.fence();
        }
    }

    /**
     * With event indices, when all that was given back is taken: has the device interrupt for the next. Until then it
     * does not, so a driver that looks by itself is left alone.
     *
     * @return whether there is something to take already
     */
    @HotPath("per batch")
    boolean listen() {
        if (!eventIndices || event == usedIndex) {
            return false;
        }
        putEvent(usedIndex);
        return hasUsed();
    }

    private void putEvent(int newEvent) {
        event = newEvent;
        Memory.putShort(available + RING_START + 2L * size, (short) newEvent);
        Memory.fence();
    }

    private void publish() {
        Memory.putIntRelease(available, (quiet ? NO_INTERRUPT : 0) | availableIndex << 16);
    }

    private long usedEntry() {
        return used + RING_START + (long) USED_ENTRY_BYTES * (usedIndex & size - 1);
    }
}

package demitasse.driver.virtio;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.device.DeviceMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A console or network device as virtio 1.2 describes it, read from the device's side of the rings. */
final class ModelDevice implements VirtioTransport, DeviceMemory {
    static final long MULTIPORT = 1 << 1;
    static final long EVENT_INDEX = 1 << 29;
    static final long VERSION_1 = 1L << 32;
    static final int CONTROL_RECEIVE = 2;
    static final int CONTROL_SEND = 3;
    /** Physical addresses differ from the kernel's, so that a mix-up shows. */
    private static final long PHYSICAL = 0x10_0000;

    final List<int[]> controlMessages = new ArrayList<>();
    final Map<Integer, StringBuilder> output = new HashMap<>();
    /** While true, what the driver sends stays in its rings. */
    boolean stalled;
    /** How often the doorbell rang. */
    int notified;
    int acknowledged;
    boolean started;

    private final long features;
    private final int[] configuration;
    private final Map<Integer, Ring> rings = new HashMap<>();
    private long next = HostMemory.BASE + 4096;

    /** @param configuration the words that the driver may read; what is behind them is 0 */
    ModelDevice(long features, int... configuration) {
        this.features = features;
        this.configuration = configuration;
    }

    /** Where the memory for queues is, when it is not the first that the test has. */
    void takeFrom(long address) {
        next = address;
    }

    void configure(int offset, int value) {
        configuration[offset / Integer.BYTES] = value;
    }

    /** Buffers of the driver that the device has. */
    int available(int queue) {
        return rings.get(queue).taken.size();
    }

    /** The device's own indices into a queue. */
    private static final class Ring {
        long descriptors;
        long available;
        long used;
        int size;
        int seen;
        int given;
        final Deque<Integer> taken = new ArrayDeque<>();
    }

    @Override
    public long take(long lengthBytes) {
        long address = next;
        next += lengthBytes + 4095 & -4096;
        return address;
    }

    @Override
    public long physical(long address) {
        return address - HostMemory.BASE + PHYSICAL;
    }

    private static long kernel(long physical) {
        return physical - PHYSICAL + HostMemory.BASE;
    }

    @Override
    public int deviceId() {
        return CONSOLE;
    }

    @Override
    public long negotiate(long wanted) {
        return features & wanted;
    }

    @Override
    public boolean enable(Virtqueue queue) {
        Ring ring = new Ring();
        ring.descriptors = kernel(queue.descriptorsPhysical());
        ring.available = kernel(queue.availablePhysical());
        ring.used = kernel(queue.usedPhysical());
        ring.size = queue.size();
        rings.put(queue.index(), ring);
        return true;
    }

    @Override
    public void start() {
        started = true;
    }

    @Override
    public boolean acknowledge() {
        acknowledged++;
        return true;
    }

    @Override
    public int configuration(int offset) {
        return offset / Integer.BYTES < configuration.length ? configuration[offset / Integer.BYTES] : 0;
    }

    @Override
    public void notify(int queue) {
        Ring ring = rings.get(queue);
        int index = Memory.getUnsignedShort(ring.available + 2);
        while (ring.seen != index) {
            ring.taken.add((int) Memory.getShort(ring.available + 4 + 2L * (ring.seen & ring.size - 1)));
            ring.seen = ring.seen + 1 & 0xffff;
        }
        notified++;
        if ((features & EVENT_INDEX) != 0) {
            Memory.putShort(ring.used + 4 + 8L * ring.size, (short) ring.seen);
        }
        if (queue % 2 == 1 && !stalled) {
            drain(queue);
        }
    }

    /** Serves what the driver has sent. */
    void drain(int queue) {
        Ring ring = rings.get(queue);
        while (!ring.taken.isEmpty()) {
            int id = ring.taken.remove();
            long address = kernel(Memory.getLong(ring.descriptors + 16L * id));
            int length = Memory.getInt(ring.descriptors + 16L * id + 8);
            if (queue == CONTROL_SEND) {
                controlMessages.add(new int[] {Memory.getInt(address), Memory.getShort(address + 4),
                    Memory.getShort(address + 6)});
            } else {
                StringBuilder text = output.computeIfAbsent(queue, unused -> new StringBuilder());
                for (int i = 0; i < length; i++) {
                    text.append((char) Memory.getByte(address + i));
                }
            }
            give(ring, id, 0);
        }
    }

    /**
     * Gives the driver bytes in one of its buffers, claiming that there are {@code claimed}; false without a
     * buffer.
     */
    boolean receive(int queue, byte[] bytes, int claimed) {
        Ring ring = rings.get(queue);
        if (ring.taken.isEmpty()) {
            return false;
        }
        int id = ring.taken.remove();
        long address = kernel(Memory.getLong(ring.descriptors + 16L * id));
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(address + i, bytes[i]);
        }
        give(ring, id, claimed);
        return true;
    }

    boolean control(int port, int event, int value) {
        byte[] message = {(byte) port, (byte) (port >> 8), (byte) (port >> 16), (byte) (port >> 24), (byte) event, 0,
            (byte) value, 0};
        return receive(CONTROL_RECEIVE, message, message.length);
    }

    /** A lie: an id and a length that nobody asked for. */
    void giveNonsense(int queue, int id, int length) {
        give(rings.get(queue), id, length);
    }

    /** It looks at the queue by itself for a while, and says so by its event. */
    void waitFarAhead(int queue) {
        Ring ring = rings.get(queue);
        Memory.putShort(ring.used + 4 + 8L * ring.size, (short) (ring.seen + 0x8000));
    }

    /** For the next buffer that it gives back. */
    boolean wantsInterrupt(int queue) {
        if ((features & EVENT_INDEX) != 0) {
            Ring ring = rings.get(queue);
            return Memory.getUnsignedShort(ring.available + 4 + 2L * ring.size) == ring.given;
        }
        return (Memory.getShort(rings.get(queue).available) & 1) == 0;
    }

    private static void give(Ring ring, int id, int length) {
        long entry = ring.used + 4 + 8L * (ring.given & ring.size - 1);
        Memory.putInt(entry, id);
        Memory.putInt(entry + 4, length);
        ring.given = ring.given + 1 & 0xffff;
        Memory.putShort(ring.used + 2, (short) ring.given);
    }
}

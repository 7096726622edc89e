package demitasse.driver.virtio;

import demitasse.base.memory.Memory;
import demitasse.device.PciBus;

/**
 * Virtio over PCI, virtio 1.2 §4.1, by the modern register layout, with one MSI-X vector for everything:
 * message-signalled interrupts need neither the board's routing of lines nor a register read to take them back.
 */
public final class VirtioPci implements VirtioTransport {
    private static final int VENDOR = 0x1af4;
    private static final int MODERN_FIRST = 0x1040;
    private static final int MODERN_LAST = 0x107f;
    /** Transitional devices have ids of their own, virtio 1.2 §4.1.2.1. */
    private static final int TRANSITIONAL_NETWORK = 0x1000;
    private static final int TRANSITIONAL_CONSOLE = 0x1003;

    /** PCI configuration space, PCI 3.0 §6.1. */
    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY_AND_MASTER = 6;
    private static final int COMMAND_NO_LINE = 1 << 10;
    private static final int BARS = 0x10;
    private static final int BAR_64_BITS = 4;
    private static final int CAPABILITIES = 0x34;
    private static final int CAPABILITIES_MAX = 48;
    private static final int CAPABILITY_VENDOR = 0x09;
    private static final int CAPABILITY_MSIX = 0x11;
    private static final int MSIX_ENABLE = 1 << 31;

    /** struct virtio_pci_cap: next, length, type; then bar, offset, length, and for notify a multiplier. */
    private static final int COMMON = 1;
    private static final int NOTIFY = 2;
    private static final int DEVICE = 4;

    /** struct virtio_pci_common_cfg, virtio 1.2 §4.1.4.3. */
    private static final int DEVICE_FEATURES_SELECT = 0;
    private static final int DEVICE_FEATURES = 4;
    private static final int DRIVER_FEATURES_SELECT = 8;
    private static final int DRIVER_FEATURES = 12;
    private static final int CONFIGURATION_VECTOR = 16;
    private static final int STATUS = 20;
    private static final int QUEUE_SELECT = 22;
    private static final int QUEUE_SIZE = 24;
    private static final int QUEUE_VECTOR = 26;
    private static final int QUEUE_ENABLE = 28;
    private static final int QUEUE_NOTIFY_OFFSET = 30;
    private static final int QUEUE_DESCRIPTORS = 32;
    private static final int QUEUE_DRIVER = 40;
    private static final int QUEUE_DEVICE = 48;

    private static final int ACKNOWLEDGE = 1;
    private static final int DRIVER = 2;
    private static final int DRIVER_OK = 4;
    private static final int FEATURES_OK = 8;
    private static final int QUEUES_MAX = 64;

    private final PciBus bus;
    private final int function;
    private final long[] notifyAddress = new long[QUEUES_MAX];
    private long common;
    private long notify;
    private long device;
    private int notifyMultiplier;

    /** @param function one that {@link #kind} knows */
    public VirtioPci(PciBus bus, int function) {
        this.bus = bus;
        this.function = function;
        int command = bus.read(function, COMMAND) & 0xffff;
        bus.write(function, COMMAND, command | COMMAND_MEMORY_AND_MASTER | COMMAND_NO_LINE);
        int capability = bus.read(function, CAPABILITIES) & 0xfc;
        for (int i = 0; i < CAPABILITIES_MAX && capability != 0; i++) {
            int header = bus.read(function, capability);
            if ((header & 0xff) == CAPABILITY_VENDOR) {
                locate(capability, header >>> 24);
            } else if ((header & 0xff) == CAPABILITY_MSIX) {
                enableMessages(capability, header);
            }
            capability = header >>> 8 & 0xfc;
        }
    }

    /** What a function of the bus is, virtio 1.2 §5; 0 for anything but a virtio device. */
    public static int kind(PciBus bus, int function) {
        int id = bus.read(function, 0);
        if ((id & 0xffff) != VENDOR || id >>> 16 > MODERN_LAST) {
            return 0;
        }
        int device = id >>> 16;
        return device == TRANSITIONAL_NETWORK ? NETWORK : device == TRANSITIONAL_CONSOLE ? CONSOLE
                : device >= MODERN_FIRST ? device - MODERN_FIRST : 0;
    }

    @Override
    public int deviceId() {
        return common == 0 || notify == 0 ? 0 : kind(bus, function);
    }

    @Override
    public long negotiate(long wanted) {
        writeByte(STATUS, 0);
        writeByte(STATUS, ACKNOWLEDGE);
        writeByte(STATUS, ACKNOWLEDGE | DRIVER);
        writeInt(DEVICE_FEATURES_SELECT, 1);
        long offered = (long) Memory.getIntAcquire(common + DEVICE_FEATURES) << 32;
        writeInt(DEVICE_FEATURES_SELECT, 0);
        offered |= Memory.getIntAcquire(common + DEVICE_FEATURES) & 0xffff_ffffL;
        long agreed = offered & wanted;
        writeInt(DRIVER_FEATURES_SELECT, 1);
        writeInt(DRIVER_FEATURES, (int) (agreed >>> 32));
        writeInt(DRIVER_FEATURES_SELECT, 0);
        writeInt(DRIVER_FEATURES, (int) agreed);
        writeByte(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        writeShort(CONFIGURATION_VECTOR, 0);
        return (Memory.getByte(common + STATUS) & FEATURES_OK) != 0 ? agreed : 0;
    }

    @Override
    public boolean enable(Virtqueue queue) {
        writeShort(QUEUE_SELECT, queue.index());
        if (queue.index() >= QUEUES_MAX || readShort(QUEUE_SIZE) < queue.size()) {
            return false;
        }
        notifyAddress[queue.index()] = notify + (long) readShort(QUEUE_NOTIFY_OFFSET) * notifyMultiplier;
        writeShort(QUEUE_SIZE, queue.size());
        writeShort(QUEUE_VECTOR, 0);
        writeLong(QUEUE_DESCRIPTORS, queue.descriptorsPhysical());
        writeLong(QUEUE_DRIVER, queue.availablePhysical());
        writeLong(QUEUE_DEVICE, queue.usedPhysical());
        writeShort(QUEUE_ENABLE, 1);
        return true;
    }

    @Override
    public void start() {
        writeByte(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    }

    @Override
    public void notify(int queue) {
        Memory.putShort(notifyAddress[queue], (short) queue);
        Memory.fence();
    }

    /** A message is no line that stays up, and with one vector for everything it does not tell what it is about. */
    @Override
    public boolean acknowledge() {
        return true;
    }

    @Override
    public int configuration(int offset) {
        return device == 0 ? 0 : Memory.getIntAcquire(device + offset);
    }

    private void locate(int capability, int type) {
        if (type != COMMON && type != NOTIFY && type != DEVICE) {
            return;
        }
        long offset = bus.read(function, capability + 8) & 0xffff_ffffL;
        long length = bus.read(function, capability + 12) & 0xffff_ffffL;
        long address = bus.map(bar(bus.read(function, capability + 4) & 0xff) + offset, length);
        if (type == COMMON) {
            common = address;
        } else if (type == NOTIFY) {
            notify = address;
            notifyMultiplier = bus.read(function, capability + 16);
        } else {
            device = address;
        }
    }

    /** Entry 0 of the table, PCI 3.0 §6.8.2: address, its upper half, data, mask. */
    private void enableMessages(int capability, int header) {
        int place = bus.read(function, capability + 4);
        long entry = bus.map(bar(place & 7) + (place & ~7 & 0xffff_ffffL), 16);
        Memory.putIntRelease(entry, bus.messageAddress());
        Memory.putIntRelease(entry + 4, 0);
        Memory.putIntRelease(entry + 8, bus.messageData());
        Memory.putIntRelease(entry + 12, 0);
        bus.write(function, capability, header | MSIX_ENABLE);
    }

    private long bar(int number) {
        int low = bus.read(function, BARS + 4 * number);
        long base = low & ~0xf & 0xffff_ffffL;
        boolean isWide = (low & BAR_64_BITS) != 0;
        return isWide ? base | (long) bus.read(function, BARS + 4 * number + 4) << 32 : base;
    }

    /** Fences, because Memory has no 8- and 16-bit accesses that may not be merged. */
    private void writeByte(int register, int value) {
        Memory.putByte(common + register, (byte) value);
        Memory.fence();
    }

    private void writeShort(int register, int value) {
        Memory.putShort(common + register, (short) value);
        Memory.fence();
    }

    private int readShort(int register) {
        Memory.fence();
        return Memory.getUnsignedShort(common + register);
    }

    private void writeInt(int register, int value) {
        Memory.putIntRelease(common + register, value);
    }

    private void writeLong(int register, long value) {
        writeInt(register, (int) value);
        writeInt(register + 4, (int) (value >>> 32));
    }
}

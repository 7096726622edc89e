package demitasse.driver.virtio;

import demitasse.base.memory.Memory;

/** Virtio over memory-mapped registers, virtio 1.2 §4.2. */
public final class VirtioMmio implements VirtioTransport {
    private static final int MAGIC = 0x74726976;
    private static final int MODERN = 2;

    private static final int MAGIC_VALUE = 0x000;
    private static final int VERSION = 0x004;
    private static final int DEVICE_ID = 0x008;
    private static final int DEVICE_FEATURES = 0x010;
    private static final int DEVICE_FEATURES_SELECT = 0x014;
    private static final int DRIVER_FEATURES = 0x020;
    private static final int DRIVER_FEATURES_SELECT = 0x024;
    private static final int QUEUE_SELECT = 0x030;
    private static final int QUEUE_SIZE_MAX = 0x034;
    private static final int QUEUE_SIZE = 0x038;
    private static final int QUEUE_READY = 0x044;
    private static final int QUEUE_NOTIFY = 0x050;
    private static final int INTERRUPT_STATUS = 0x060;
    private static final int INTERRUPT_ACKNOWLEDGE = 0x064;
    private static final int STATUS = 0x070;
    private static final int QUEUE_DESCRIPTORS = 0x080;
    private static final int QUEUE_DRIVER = 0x090;
    private static final int QUEUE_DEVICE = 0x0a0;
    private static final int CONFIGURATION = 0x100;

    /** Of {@link #INTERRUPT_STATUS}. */
    private static final int CONFIGURATION_CHANGED = 2;

    /** Device status bits, virtio 1.2 §2.1. */
    private static final int ACKNOWLEDGE = 1;
    private static final int DRIVER = 2;
    private static final int DRIVER_OK = 4;
    private static final int FEATURES_OK = 8;

    private final long registers;

    /** @param registers kernel address of the register window, mapped without cache */
    public VirtioMmio(long registers) {
        this.registers = registers;
    }

    @Override
    public int deviceId() {
        return read(MAGIC_VALUE) == MAGIC && read(VERSION) == MODERN ? read(DEVICE_ID) : 0;
    }

    /** The order of virtio 1.2 §3.1.1. */
    @Override
    public long negotiate(long wanted) {
        write(STATUS, 0);
        write(STATUS, ACKNOWLEDGE);
        write(STATUS, ACKNOWLEDGE | DRIVER);
        write(DEVICE_FEATURES_SELECT, 1);
        long offered = (long) read(DEVICE_FEATURES) << 32;
        write(DEVICE_FEATURES_SELECT, 0);
        offered |= read(DEVICE_FEATURES) & 0xffff_ffffL;
        long agreed = offered & wanted;
        write(DRIVER_FEATURES_SELECT, 1);
        write(DRIVER_FEATURES, (int) (agreed >>> 32));
        write(DRIVER_FEATURES_SELECT, 0);
        write(DRIVER_FEATURES, (int) agreed);
        write(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        return (read(STATUS) & FEATURES_OK) != 0 ? agreed : 0;
    }

    @Override
    public boolean enable(Virtqueue queue) {
        write(QUEUE_SELECT, queue.index());
        if (read(QUEUE_SIZE_MAX) < queue.size()) {
            return false;
        }
        write(QUEUE_SIZE, queue.size());
        writeLong(QUEUE_DESCRIPTORS, queue.descriptorsPhysical());
        writeLong(QUEUE_DRIVER, queue.availablePhysical());
        writeLong(QUEUE_DEVICE, queue.usedPhysical());
        write(QUEUE_READY, 1);
        return true;
    }

    @Override
    public void start() {
        write(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    }

    @Override
    public void notify(int queue) {
        write(QUEUE_NOTIFY, queue);
    }

    @Override
    public boolean acknowledge() {
        int raised = read(INTERRUPT_STATUS);
        if (raised != 0) {
            write(INTERRUPT_ACKNOWLEDGE, raised);
        }
        return (raised & CONFIGURATION_CHANGED) != 0;
    }

    @Override
    public int configuration(int offset) {
        return read(CONFIGURATION + offset);
    }

    private int read(int register) {
        return Memory.getIntAcquire(registers + register);
    }

    private void write(int register, int value) {
        Memory.putIntRelease(registers + register, value);
    }

    private void writeLong(int register, long value) {
        write(register, (int) value);
        write(register + 4, (int) (value >>> 32));
    }
}

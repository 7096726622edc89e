package demitasse.driver.virtio;

import demitasse.base.memory.Memory;
import demitasse.device.DeviceMemory;

/**
 * The console device, virtio 1.2 §5.3. With the multiport feature the host announces its ports one by one over a pair
 * of control queues; without it there is port 0 and nothing to control.
 */
public final class VirtioConsole {
    private static final long SIZE = 1;
    private static final long MULTIPORT = 1 << 1;
    private static final long VERSION_1 = 1L << 32;

    private static final int CONFIGURATION_SIZE = 0;
    private static final int CONFIGURATION_PORTS_MAX = 4;

    /** struct virtio_console_control: id 4 | event 2 | value 2; virtio 1.2 §5.3.6.2. */
    private static final int MESSAGE_BYTES = 8;
    private static final int DEVICE_READY = 0;
    private static final int PORT_ADD = 1;
    private static final int PORT_REMOVE = 2;
    private static final int PORT_READY = 3;
    private static final int RESIZE = 5;
    private static final int PORT_OPEN = 6;
    private static final int CONTROL_BUFFER_BYTES = 128;
    private static final int CONTROL_BUFFERS = 32;
    private static final int CONTROL_QUEUE = 2;

    private final VirtioTransport transport;
    private final ConsolePort[] ports;
    private final boolean[] present;
    private final ConsolePort control;
    private final long message;
    private final long features;
    private int size;

    /**
     * @param buffers how many buffers each port has, a power of two; a port above the first that the host does not
     *         announce costs its memory all the same
     */
    public VirtioConsole(VirtioTransport transport, DeviceMemory memory, int[] buffers, int bufferBytes) {
        this.transport = transport;
        this.features = transport.negotiate(SIZE | MULTIPORT | VERSION_1);
        int count = 1;
        if (hasControl()) {
            count = Math.min(buffers.length, transport.configuration(CONFIGURATION_PORTS_MAX));
        }
        this.ports = new ConsolePort[count];
        this.present = new boolean[count];
        for (int i = 0; i < count; i++) {
            ports[i] = port(memory, i == 0 ? 0 : CONTROL_QUEUE + 2 * i, buffers[i], bufferBytes);
        }
        this.control = hasControl() ? port(memory, CONTROL_QUEUE, CONTROL_BUFFERS, CONTROL_BUFFER_BYTES) : null;
        this.message = memory.take(CONTROL_BUFFER_BYTES);
        transport.start();
        for (ConsolePort port : ports) {
            port.start();
        }
        if (control == null) {
            present[0] = true;
        } else {
            control.start();
            send(0, DEVICE_READY, 1);
        }
        readSize();
    }

    /** The port of that number, or null when the host has none. */
    public ConsolePort port(int number) {
        return number < ports.length && present[number] ? ports[number] : null;
    }

    /** Rows &lt;&lt; 16 | columns as the device tells, or 0. */
    public int size() {
        return size;
    }

    /** Takes the interrupt line back and reads what the host has to say; to be called after every interrupt. */
    public void poll() {
        transport.acknowledge();
        while (control != null && control.readMessage(message, CONTROL_BUFFER_BYTES) >= MESSAGE_BYTES) {
            receive(Memory.getInt(message), Memory.getUnsignedShort(message + 4), Memory.getUnsignedShort(message + 6));
        }
    }

    /**
     * Whether the device has yet to take a control message. Once it has taken the one that says that the driver is
     * ready, it has announced its ports; a host that serves its queues in a thread of its own takes a while for that.
     */
    public boolean isAnnouncing() {
        return control != null && control.isSending();
    }

    private boolean hasControl() {
        return (features & MULTIPORT) != 0;
    }

    private ConsolePort port(DeviceMemory memory, int firstQueue, int buffers, int bufferBytes) {
        Virtqueue receiving = new Virtqueue(transport, memory, firstQueue, buffers);
        Virtqueue sending = new Virtqueue(transport, memory, firstQueue + 1, buffers);
        ConsolePort port = new ConsolePort(memory, receiving, sending, bufferBytes);
        transport.enable(receiving);
        transport.enable(sending);
        return port;
    }

    private void receive(int port, int event, int value) {
        if (port < 0 || port >= ports.length) {
            return;
        }
        switch (event) {
            case PORT_ADD -> {
                present[port] = true;
                send(port, PORT_READY, 1);
                send(port, PORT_OPEN, 1);
                // QEMU looks for input again when it hears of buffers, not when it hears of an open port.
                ports[port].start();
            }
            case PORT_REMOVE -> present[port] = false;
            case PORT_OPEN -> ports[port].hostOpen(value != 0);
            case RESIZE -> resize();
            default -> { }
        }
    }

    /** The message goes on: columns 2 | rows 2. */
    private void resize() {
        int columns = Memory.getUnsignedShort(message + MESSAGE_BYTES);
        int rows = Memory.getUnsignedShort(message + MESSAGE_BYTES + 2);
        size = rows << 16 | columns;
    }

    private void readSize() {
        if ((features & SIZE) != 0) {
            int both = transport.configuration(CONFIGURATION_SIZE);
            size = both << 16 | both >>> 16;
        }
    }

    private void send(int port, int event, int value) {
        Memory.putInt(message, port);
        Memory.putShort(message + 4, (short) event);
        Memory.putShort(message + 6, (short) value);
        control.write(message, MESSAGE_BYTES);
    }
}

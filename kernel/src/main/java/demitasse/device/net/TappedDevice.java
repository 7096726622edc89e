package demitasse.device.net;

/** A device that somebody looks at. It stands in a device's place only that long. */
public final class TappedDevice implements NetDevice {
    public final NetDevice device;
    /** Whose device it is, for the tap. */
    public final int interfaceIndex;
    private final PacketTap tap;

    public TappedDevice(NetDevice device, int interfaceIndex, PacketTap tap) {
        this.device = device;
        this.interfaceIndex = interfaceIndex;
        this.tap = tap;
    }

    @Override
    public long address() {
        return device.address();
    }

    @Override
    public int mtuBytes() {
        return device.mtuBytes();
    }

    @Override
    public int offloads() {
        return device.offloads();
    }

    @Override
    public boolean isUp() {
        return device.isUp();
    }

    @Override
    public Packet receive() {
        Packet packet = device.receive();
        if (packet != null) {
            tap.passes(this, packet, false);
        }
        return packet;
    }

    @Override
    public boolean hasRoom() {
        return device.hasRoom();
    }

    @Override
    public boolean transmit(Packet packet) {
        if (!device.hasRoom()) {
            return false;
        }
        // Before: afterwards it is the device's.
        tap.passes(this, packet, true);
        return device.transmit(packet);
    }

    @Override
    public void flush() {
        device.flush();
    }
}

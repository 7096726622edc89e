package demitasse.device.net;

/**
 * A device that somebody looks at; it stands in the other's place only that long. As on Linux, a frame that a full
 * device refuses is seen each time it is tried, and sums that are left to the device are not finished yet.
 */
public final class TappedDevice implements NetDevice {
    private final NetDevice device;
    private final int interfaceIndex;
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
        // Who looks on sees packets that are in one piece.
        return device.offloads() & ~GATHER;
    }

    @Override
    public boolean isUp() {
        return device.isUp();
    }

    @Override
    public Packet receive() {
        Packet packet = device.receive();
        if (packet != null) {
            tap.passes(interfaceIndex, packet, false);
        }
        return packet;
    }

    @Override
    public boolean wantsLook() {
        return device.wantsLook();
    }

    @Override
    public boolean hasRoom() {
        return device.hasRoom();
    }

    @Override
    public boolean transmit(Packet packet) {
        // Before: afterwards it is the device's.
        tap.passes(interfaceIndex, packet, true);
        return device.transmit(packet);
    }

    @Override
    public void flush() {
        device.flush();
    }
}

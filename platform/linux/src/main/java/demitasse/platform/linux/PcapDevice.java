package demitasse.platform.linux;

import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;

/**
 * Writes down what goes through a device, as pcap-savefile(5) says, for {@code demi run --pcap}. A frame that a full
 * device refuses stands there once for each time it was tried; sums that are left to the device are not finished yet.
 */
final class PcapDevice implements NetDevice {
    private final NetDevice device;

    PcapDevice(NetDevice device) {
        this.device = device;
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
            Host.pcap(packet.address(), packet.length());
        }
        return packet;
    }

    @Override
    public boolean hasRoom() {
        return device.hasRoom();
    }

    @Override
    public boolean transmit(Packet packet) {
        Host.pcap(packet.address(), packet.length());
        return device.transmit(packet);
    }

    @Override
    public void flush() {
        device.flush();
    }
}

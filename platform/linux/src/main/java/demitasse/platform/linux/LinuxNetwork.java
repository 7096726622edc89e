package demitasse.platform.linux;

import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.device.net.PacketPool;
import demitasse.device.net.TappedDevice;

/**
 * The network of this platform, which {@code net=} on the command line names: a stream socket or a TAP device. What
 * {@code demi run --pcap} is to write down, as pcap-savefile(5) says, is seen between it and the stack.
 */
public final class LinuxNetwork implements NetDeviceSource {
    /** Of linux.h. */
    private static final int STREAM = 1;
    private static final int TAP = 2;

    @Override
    public NetDevice open(PacketPool packets) {
        NetDevice device = switch (Host.netKind()) {
            case STREAM -> new StreamDevice(packets);
            case TAP -> new TapDevice(packets, Host.netMtuBytes(), Host.tapCutsDatagrams() != 0);
            default -> null;
        };
        if (device == null || Host.pcapIsOpen() == 0) {
            return device;
        }
        return new TappedDevice(device, 0, (index, packet, leaves) -> Host.pcap(packet.address(), packet.length()));
    }
}

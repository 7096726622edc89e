package demitasse.platform.linux;

import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.device.net.PacketPool;

/** The network of this platform, which {@code net=} on the command line names: a stream socket or a TAP device. */
public final class LinuxNetwork implements NetDeviceSource {
    /** Of linux.h. */
    private static final int STREAM = 1;
    private static final int TAP = 2;

    @Override
    public NetDevice open(PacketPool packets) {
        NetDevice device = switch (Host.netKind()) {
            case STREAM -> new StreamDevice(packets);
            case TAP -> new TapDevice(packets);
            default -> null;
        };
        return device != null && Host.pcapIsOpen() != 0 ? new PcapDevice(device) : device;
    }
}

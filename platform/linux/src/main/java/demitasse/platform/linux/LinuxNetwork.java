package demitasse.platform.linux;

import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.device.net.PacketPool;

/** The network of this platform: the stream socket that {@code net=PATH} on the command line names. */
public final class LinuxNetwork implements NetDeviceSource {
    @Override
    public NetDevice open(PacketPool packets) {
        return Host.netIsOpen() != 0 ? new StreamDevice(packets) : null;
    }
}

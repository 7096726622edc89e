package demitasse.device.net;

/** What a platform has in the way of a network. */
public interface NetDeviceSource {
    /** The device, which takes its packets from the pool; null when the instance was given none. */
    NetDevice open(PacketPool packets);
}

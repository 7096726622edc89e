package demitasse.device.net;

/** Who looks on at what passes through a device. */
public interface PacketTap {
    /**
     * A packet as the device has it, with its link header if there is one. It stays its owner's; room in front of it
     * may be written to and must be given back.
     *
     * @param leaves it is sent, not received
     */
    void passes(TappedDevice through, Packet packet, boolean leaves);
}

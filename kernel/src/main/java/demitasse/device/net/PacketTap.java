package demitasse.device.net;

/** Who looks on at what passes through a device. */
public interface PacketTap {
    /**
     * A packet as the device has it, with its link header if there is one. It stays its owner's; room in front of it
     * may be written to and must be given back.
     *
     * @param interfaceIndex whose device it is
     * @param leaves it is sent, not received
     */
    void passes(int interfaceIndex, Packet packet, boolean leaves);
}

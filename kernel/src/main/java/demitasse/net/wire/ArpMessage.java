package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** ARP for IPv4 over Ethernet, RFC 826: kinds and lengths 6, operation 2, sender 6 + 4, target 6 + 4. */
public final class ArpMessage {
    public static final int BYTES = 28;
    public static final int REQUEST = 1;
    public static final int REPLY = 2;
    /** Hardware 1, protocol 0x0800, lengths 6 and 4. */
    private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;

    private ArpMessage() {
    }

    public static boolean isValid(long message, int lengthBytes) {
        return lengthBytes >= BYTES && Memory.getLongBe(message) >>> 16 == ETHERNET_IPV4;
    }

    public static int operation(long message) {
        return Memory.getUnsignedShortBe(message + 6);
    }

    public static long senderMac(long message) {
        return EthernetHeader.addressAt(message + 8);
    }

    public static int senderAddress(long message) {
        return Memory.getIntBe(message + 14);
    }

    public static int targetAddress(long message) {
        return Memory.getIntBe(message + 24);
    }

    public static void write(long message, int operation, long senderMac, int senderAddress, long targetMac,
            int targetAddress) {
        Memory.putLongBe(message, ETHERNET_IPV4 << 16 | operation);
        EthernetHeader.putAddress(message + 8, senderMac);
        Memory.putIntBe(message + 14, senderAddress);
        EthernetHeader.putAddress(message + 18, targetMac);
        Memory.putIntBe(message + 24, targetAddress);
    }
}

package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** The header of UDP, RFC 768. Methods take its address. */
public final class UdpHeader {
    public static final int BYTES = 8;
    public static final int CHECKSUM = 6;

    private UdpHeader() {
    }

    public static int sourcePort(long header) {
        return Memory.getUnsignedShortBe(header);
    }

    public static int targetPort(long header) {
        return Memory.getUnsignedShortBe(header + 2);
    }

    public static int lengthBytes(long header) {
        return Memory.getUnsignedShortBe(header + 4);
    }

    /** 0 when the sender made none. */
    public static int checksum(long header) {
        return Memory.getUnsignedShort(header + CHECKSUM);
    }

    public static void putChecksum(long header, int stored) {
        Memory.putShort(header + CHECKSUM, (short) stored);
    }

    public static void write(long header, int sourcePort, int targetPort, int lengthBytes) {
        Memory.putShortBe(header, sourcePort);
        Memory.putShortBe(header + 2, targetPort);
        Memory.putShortBe(header + 4, lengthBytes);
        Memory.putShort(header + CHECKSUM, (short) 0);
    }
}

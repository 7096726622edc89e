package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** The header of IPv6, RFC 8200 §3. Methods take its address. */
public final class Ipv6Header {
    public static final int BYTES = 40;
    /** RFC 8200 §5: every link carries this much. */
    public static final int MTU_MIN_BYTES = 1280;

    /** Extension headers, RFC 8200 §4. */
    public static final int HOP_BY_HOP = 0;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int DESTINATION = 60;

    /** An extension header is as long at least, the fragment header always: RFC 8200 §4.5. */
    public static final int EXTENSION_BYTES = 8;
    /** In a routing header. */
    public static final int SEGMENTS_LEFT = 3;
    public static final int PAYLOAD_MAX_BYTES = 65_535;

    public static final int PAYLOAD_LENGTH = 4;
    public static final int NEXT_HEADER = 6;
    private static final int HOP_LIMIT = 7;
    private static final int SOURCE = 8;
    private static final int TARGET = 24;

    private Ipv6Header() {
    }

    public static int version(long header) {
        return Memory.getUnsignedByte(header) >>> 4;
    }

    /** The traffic class, RFC 8200 §7. */
    public static int service(long header) {
        return Memory.getIntBe(header) >>> 20 & 0xff;
    }

    public static int payloadBytes(long header) {
        return Memory.getUnsignedShortBe(header + PAYLOAD_LENGTH);
    }

    public static int nextHeader(long header) {
        return Memory.getUnsignedByte(header + NEXT_HEADER);
    }

    public static int hopLimit(long header) {
        return Memory.getUnsignedByte(header + HOP_LIMIT);
    }

    /** The address where the source stands; the target follows. */
    public static long sourceAddress(long header) {
        return header + SOURCE;
    }

    public static long targetAddress(long header) {
        return header + TARGET;
    }

    public static void write(long header, int service, int payloadBytes, int nextHeader, int hopLimit) {
        Memory.putIntBe(header, 6 << 28 | service << 20);
        Memory.putShortBe(header + PAYLOAD_LENGTH, payloadBytes);
        Memory.putByte(header + NEXT_HEADER, (byte) nextHeader);
        Memory.putByte(header + HOP_LIMIT, (byte) hopLimit);
    }

    public static void putAddresses(long header, long sourceHigh, long sourceLow, long targetHigh, long targetLow) {
        Ip.put(header + SOURCE, sourceHigh, sourceLow);
        Ip.put(header + TARGET, targetHigh, targetLow);
    }

    public static boolean isExtension(int protocol) {
        return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT || protocol == DESTINATION;
    }

    /** The length of an extension header of which eight bytes are there. */
    public static int extensionBytes(long header, boolean isFragment) {
        return isFragment ? EXTENSION_BYTES : (Memory.getUnsignedByte(header + 1) + 1) * 8;
    }

    /** A fragment header of a datagram that was not cut, RFC 6946. */
    public static boolean isWhole(long fragment) {
        return (Memory.getUnsignedShortBe(fragment + 2) & ~6) == 0;
    }

    public static int fragmentOffsetBytes(long fragment) {
        return Memory.getUnsignedShortBe(fragment + 2) & ~7;
    }

    public static boolean hasMoreFragments(long fragment) {
        return (Memory.getUnsignedShortBe(fragment + 2) & 1) != 0;
    }

    public static int fragmentIdentification(long fragment) {
        return Memory.getIntBe(fragment + 4);
    }

    public static void writeFragment(long fragment, int nextHeader, int offsetBytes, boolean more,
            int identification) {
        Memory.putShortBe(fragment, nextHeader << 8);
        Memory.putShortBe(fragment + 2, offsetBytes | (more ? 1 : 0));
        Memory.putIntBe(fragment + 4, identification);
    }

    /** Makes the header of a first fragment that of the whole datagram. */
    public static void joined(long header, int payloadBytes, int nextHeader) {
        Memory.putShortBe(header + PAYLOAD_LENGTH, payloadBytes);
        Memory.putByte(header + NEXT_HEADER, (byte) nextHeader);
    }

    public static boolean isValid(long header, int packetBytes) {
        return packetBytes >= BYTES && version(header) == 6 && payloadBytes(header) <= packetBytes - BYTES;
    }
}

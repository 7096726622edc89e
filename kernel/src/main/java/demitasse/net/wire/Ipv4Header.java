package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** The header of IPv4, RFC 791 §3.1. Methods take its address. */
public final class Ipv4Header {
    public static final int BYTES = 20;
    public static final int DO_NOT_FRAGMENT = 0x4000;
    public static final int MORE_FRAGMENTS = 0x2000;
    /** The precedence of what controls networks, RFC 1812 §5.3.2. */
    public static final int CONTROL = 0xc0;
    private static final int OFFSET_MASK = 0x1fff;

    private static final int SERVICE = 1;
    private static final int TOTAL_LENGTH = 2;
    private static final int IDENTIFICATION = 4;
    private static final int FRAGMENT = 6;
    private static final int TIME_TO_LIVE = 8;
    private static final int PROTOCOL = 9;
    private static final int CHECKSUM = 10;
    private static final int SOURCE = 12;
    private static final int TARGET = 16;

    private Ipv4Header() {
    }

    public static int version(long header) {
        return Memory.getUnsignedByte(header) >>> 4;
    }

    public static int headerBytes(long header) {
        return (Memory.getUnsignedByte(header) & 15) * 4;
    }

    public static int totalBytes(long header) {
        return Memory.getUnsignedShortBe(header + TOTAL_LENGTH);
    }

    /** Type of service: RFC 2474 and RFC 3168 §5. */
    public static int service(long header) {
        return Memory.getUnsignedByte(header + SERVICE);
    }

    public static int identification(long header) {
        return Memory.getUnsignedShortBe(header + IDENTIFICATION);
    }

    public static boolean isFragment(long header) {
        return (Memory.getUnsignedShortBe(header + FRAGMENT) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
    }

    public static boolean hasMoreFragments(long header) {
        return (Memory.getUnsignedShortBe(header + FRAGMENT) & MORE_FRAGMENTS) != 0;
    }

    public static int fragmentOffsetBytes(long header) {
        return (Memory.getUnsignedShortBe(header + FRAGMENT) & OFFSET_MASK) * 8;
    }

    public static int timeToLive(long header) {
        return Memory.getUnsignedByte(header + TIME_TO_LIVE);
    }

    public static int protocol(long header) {
        return Memory.getUnsignedByte(header + PROTOCOL);
    }

    /** Mapped. */
    public static long source(long header) {
        return Ip.mapped(Memory.getIntBe(header + SOURCE));
    }

    /** Mapped. */
    public static long target(long header) {
        return Ip.mapped(Memory.getIntBe(header + TARGET));
    }

    /** Writes a header without options and its checksum. */
    public static void write(long header, int service, int totalBytes, int identification, int fragment,
            int timeToLive, int protocol, long source, long target) {
        Memory.putByte(header, (byte) 0x45);
        Memory.putByte(header + SERVICE, (byte) service);
        Memory.putShortBe(header + TOTAL_LENGTH, totalBytes);
        Memory.putShortBe(header + IDENTIFICATION, identification);
        Memory.putShortBe(header + FRAGMENT, fragment);
        Memory.putByte(header + TIME_TO_LIVE, (byte) timeToLive);
        Memory.putByte(header + PROTOCOL, (byte) protocol);
        Memory.putIntBe(header + SOURCE, (int) source);
        Memory.putIntBe(header + TARGET, (int) target);
        seal(header);
    }

    /** Makes the header of a first fragment that of the whole datagram. */
    public static void joined(long header, int totalBytes) {
        Memory.putShortBe(header + TOTAL_LENGTH, totalBytes);
        Memory.putShortBe(header + FRAGMENT, 0);
        seal(header);
    }

    /** Makes the header of a datagram that of one of its fragments. */
    public static void cut(long header, int totalBytes, int identification, int offsetBytes, boolean more) {
        Memory.putShortBe(header + TOTAL_LENGTH, totalBytes);
        Memory.putShortBe(header + IDENTIFICATION, identification);
        Memory.putShortBe(header + FRAGMENT, offsetBytes >>> 3 | (more ? MORE_FRAGMENTS : 0));
        seal(header);
    }

    /** Puts the header in front of the router alert option, RFC 2113, which stands there. */
    public static void writeAlerting(long header, int totalBytes, int timeToLive, int protocol, long source,
            long target) {
        write(header, CONTROL, totalBytes, 0, DO_NOT_FRAGMENT, timeToLive, protocol, source, target);
        Memory.putByte(header, (byte) 0x46);
        seal(header);
    }

    private static void seal(long header) {
        Memory.putShort(header + CHECKSUM, (short) 0);
        Memory.putShort(header + CHECKSUM, Checksum.finish(Checksum.add(0, header, headerBytes(header))));
    }

    /** Completes a header that a program wrote: raw(7) says what. */
    public static void complete(long header, int totalBytes, long source, int identification) {
        Memory.putShortBe(header + TOTAL_LENGTH, totalBytes);
        if (Memory.getInt(header + SOURCE) == 0) {
            Memory.putIntBe(header + SOURCE, (int) source);
        }
        if (identification(header) == 0) {
            Memory.putShortBe(header + IDENTIFICATION, identification);
        }
        Checksum.store(header, headerBytes(header), CHECKSUM, 0);
    }

    /** Whether version, lengths and checksum of a header hold, for a packet of so many bytes. */
    public static boolean isValid(long header, int packetBytes) {
        if (packetBytes < BYTES || version(header) != 4) {
            return false;
        }
        int bytes = headerBytes(header);
        int total = totalBytes(header);
        return bytes >= BYTES && bytes <= total && total <= packetBytes
                && Checksum.isRight(Checksum.add(0, header, bytes));
    }
}

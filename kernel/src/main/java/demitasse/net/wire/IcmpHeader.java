package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** The header of ICMP, RFC 792, and of ICMPv6, RFC 4443 §2.1. Methods take its address. */
public final class IcmpHeader {
    public static final int BYTES = 8;

    public static final int ECHO_REPLY = 0;
    public static final int UNREACHABLE = 3;
    public static final int ECHO = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER = 12;
    /** Codes of {@link #UNREACHABLE}. */
    public static final int UNREACHABLE_NET = 0;
    public static final int UNREACHABLE_HOST = 1;
    public static final int UNREACHABLE_PROTOCOL = 2;
    public static final int UNREACHABLE_PORT = 3;
    public static final int FRAGMENTATION_NEEDED = 4;

    public static final int V6_UNREACHABLE = 1;
    public static final int V6_TOO_BIG = 2;
    public static final int V6_TIME_EXCEEDED = 3;
    public static final int V6_PARAMETER = 4;
    public static final int V6_ECHO = 128;
    public static final int V6_ECHO_REPLY = 129;
    /** Code of both kinds of "time exceeded". */
    public static final int REASSEMBLY_EXCEEDED = 1;
    /** Codes of {@link #V6_PARAMETER}: a field, a next header, an option. */
    public static final int V6_PARAMETER_FIELD = 0;
    public static final int V6_PARAMETER_NEXT = 1;
    public static final int V6_PARAMETER_OPTION = 2;
    /** Codes of {@link #V6_UNREACHABLE}: no route, and those of filters among them. */
    public static final int V6_UNREACHABLE_ROUTE = 0;
    public static final int V6_UNREACHABLE_PROHIBITED = 1;
    public static final int V6_UNREACHABLE_ADDRESS = 3;
    public static final int V6_UNREACHABLE_PORT = 4;
    public static final int V6_UNREACHABLE_POLICY = 5;
    public static final int V6_UNREACHABLE_REJECT = 6;

    private static final int CHECKSUM = 2;
    private static final int WORD = 4;

    private IcmpHeader() {
    }

    public static int type(long header) {
        return Memory.getUnsignedByte(header);
    }

    public static int code(long header) {
        return Memory.getUnsignedByte(header + 1);
    }

    /** Identifier and sequence of an echo; the MTU of "too big". */
    public static int word(long header) {
        return Memory.getIntBe(header + WORD);
    }

    public static int identifier(long header) {
        return Memory.getUnsignedShortBe(header + WORD);
    }

    public static void putIdentifier(long header, int identifier) {
        Memory.putShortBe(header + WORD, identifier);
    }

    public static void write(long header, int type, int code, int word) {
        Memory.putByte(header, (byte) type);
        Memory.putByte(header + 1, (byte) code);
        Memory.putShort(header + CHECKSUM, (short) 0);
        Memory.putIntBe(header + WORD, word);
    }

    /** Finishes a message: {@code pseudo} is 0 for ICMP, the pseudo header's sum for ICMPv6. */
    public static void seal(long header, int lengthBytes, long pseudo) {
        Memory.putShort(header + CHECKSUM, (short) 0);
        Memory.putShort(header + CHECKSUM, Checksum.finish(Checksum.add(pseudo, header, lengthBytes)));
    }
}

package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** Addresses as two longs, IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2), and the protocol numbers above IP. */
public final class Ip {
    public static final int ICMP = 1;
    public static final int IGMP = 2;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;
    public static final int NONE = 59;

    /** The low half of ::ffff:0.0.0.0. */
    public static final long MAPPED = 0xffff_0000_0000L;
    /** The low half of a mapped 127.0.0.1. */
    public static final long LOOPBACK_IPV4 = MAPPED | 0x7f00_0001L;
    public static final long BROADCAST_IPV4 = MAPPED | 0xffff_ffffL;
    /** The first 16 bits of groups that end at the link, RFC 4291 §2.7. */
    public static final int LINK_GROUPS = 0xff02;
    private static final long LINK_LOCAL = 0xfe80_0000_0000_0000L;

    private Ip() {
    }

    public static boolean isMapped(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** :: or the mapped 0.0.0.0. */
    public static boolean isAny(long high, long low) {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    public static long mapped(int ipv4) {
        return MAPPED | ipv4 & 0xffff_ffffL;
    }

    /** 127.0.0.0/8 or ::1. */
    public static boolean isLoopback(long high, long low) {
        return high == 0 && (low == 1 || low >>> 24 == (MAPPED | 0x7f00_0000L) >>> 24);
    }

    /** 224.0.0.0/4 or ff00::/8. */
    public static boolean isMulticast(long high, long low) {
        return isMapped(high, low) ? (low & 0xf000_0000L) == 0xe000_0000L : high >>> 56 == 0xff;
    }

    public static boolean isBroadcast(long high, long low) {
        return high == 0 && low == BROADCAST_IPV4;
    }

    /** fe80::/10, or 169.254.0.0/16. */
    public static boolean isLinkLocal(long high, long low) {
        return isMapped(high, low) ? (low & 0xffff_0000L) == 0xa9fe_0000L : high >>> 54 == LINK_LOCAL >>> 54;
    }

    /** Whether two addresses agree in their first bits; a prefix of IPv4 counts 96 bits more. */
    public static boolean hasPrefix(long high, long low, long prefixHigh, long prefixLow, int bits) {
        if (bits <= 64) {
            return bits == 0 || (high ^ prefixHigh) >>> 64 - bits == 0;
        }
        return high == prefixHigh && (low ^ prefixLow) >>> 128 - bits == 0;
    }

    /** Of the header that a packet to an address gets. */
    public static int headerBytes(long high, long low) {
        return isMapped(high, low) ? Ipv4Header.BYTES : Ipv6Header.BYTES;
    }

    /** Reads the upper half of an IPv6 address. */
    public static long high(long address) {
        return Memory.getLongBe(address);
    }

    public static long low(long address) {
        return Memory.getLongBe(address + 8);
    }

    public static void put(long target, long high, long low) {
        Memory.putLongBe(target, high);
        Memory.putLongBe(target + 8, low);
    }
}

package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** Neighbour discovery, RFC 4861 §4: what follows the four bytes that all of ICMPv6 has, and options. */
public final class NdpMessage {
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int SOLICITATION = 135;
    public static final int ADVERTISEMENT = 136;
    public static final int REDIRECT = 137;
    public static final int HOP_LIMIT = 255;

    public static final int ROUTER_SOLICITATION_BYTES = 8;
    public static final int ROUTER_ADVERTISEMENT_BYTES = 16;
    /** Of a solicitation and an advertisement without options. */
    public static final int BYTES = 24;
    /** Flags of an advertisement, in the word behind the checksum. */
    public static final int IS_ROUTER = 1 << 31;
    public static final int SOLICITED = 1 << 30;
    public static final int OVERRIDES = 1 << 29;

    /** Kinds of options. */
    public static final int SOURCE_LINK = 1;
    public static final int TARGET_LINK = 2;
    public static final int PREFIX = 3;
    public static final int MTU = 5;
    /** RFC 8106 §5.1. */
    public static final int NAME_SERVERS = 25;
    public static final int LINK_BYTES = 8;
    /** Flags of a prefix. */
    public static final int ON_LINK = 0x80;
    public static final int AUTONOMOUS = 0x40;

    private NdpMessage() {
    }

    /** Where the address stands that a solicitation or an advertisement is about. */
    public static long targetAddress(long message) {
        return message + 8;
    }

    public static void write(long message, int type, int flags, long targetHigh, long targetLow) {
        IcmpHeader.write(message, type, 0, flags);
        Ip.put(message + 8, targetHigh, targetLow);
    }

    public static void writeLink(long option, int kind, long mac) {
        Memory.putShortBe(option, kind << 8 | 1);
        EthernetHeader.putAddress(option + 2, mac);
    }

    /** Whether options fill a place exactly, RFC 4861 §4.6. */
    public static boolean areValid(long options, long end) {
        long at = options;
        while (at < end) {
            int bytes = end - at < 8 ? 0 : optionBytes(at);
            if (bytes == 0 || bytes > end - at) {
                return false;
            }
            at += bytes;
        }
        return true;
    }

    public static int optionKind(long option) {
        return Memory.getUnsignedByte(option);
    }

    public static int optionBytes(long option) {
        return Memory.getUnsignedByte(option + 1) * 8;
    }

    /** The hardware address of the first option of a kind among valid ones; -1 without one. */
    public static long link(long options, long end, int kind) {
        for (long at = options; at < end; at += optionBytes(at)) {
            if (optionKind(at) == kind) {
                return EthernetHeader.addressAt(at + 2);
            }
        }
        return -1;
    }

    /** The flags M and O of a router's advertisement. */
    public static boolean isManaged(long message) {
        return (Memory.getByte(message + 5) & 0x80) != 0;
    }

    public static boolean hasOther(long message) {
        return (Memory.getByte(message + 5) & 0x40) != 0;
    }

    /** Of a router's advertisement: how long it is a default router, and how long an answer of a neighbour counts. */
    public static int lifetimeS(long message) {
        return Memory.getUnsignedShortBe(message + 6);
    }

    public static long reachableMs(long message) {
        return Memory.getIntBe(message + 8) & 0xffff_ffffL;
    }

    /** Of the option that tells the MTU. */
    public static long mtuBytes(long option) {
        return Memory.getIntBe(option + 4) & 0xffff_ffffL;
    }

    /** Of a prefix. */
    public static final int PREFIX_BYTES = 32;

    public static int prefixBits(long option) {
        return Memory.getUnsignedByte(option + 2);
    }

    public static int prefixFlags(long option) {
        return Memory.getUnsignedByte(option + 3);
    }

    public static long validS(long option) {
        return Memory.getIntBe(option + 4) & 0xffff_ffffL;
    }

    public static long preferredS(long option) {
        return Memory.getIntBe(option + 8) & 0xffff_ffffL;
    }

    public static long prefixAddress(long option) {
        return option + 16;
    }

    /** Of the option that tells name servers: how many, and how long they may be asked. */
    public static int nameServers(long option) {
        return (optionBytes(option) - 8) / 16;
    }

    public static long nameServer(long option, int index) {
        return option + 8 + 16L * index;
    }
}

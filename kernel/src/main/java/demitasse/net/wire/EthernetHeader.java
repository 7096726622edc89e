package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** The header of Ethernet, IEEE 802.3 clause 3.2 with a type field: target 6, source 6, type 2. */
public final class EthernetHeader {
    public static final int BYTES = 14;
    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    public static final int IPV6 = 0x86dd;
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    private EthernetHeader() {
    }

    public static long target(long header) {
        return Memory.getLongBe(header) >>> 16;
    }

    public static long source(long header) {
        return addressAt(header + 6);
    }

    public static int type(long header) {
        return Memory.getUnsignedShortBe(header + 12);
    }

    public static void write(long header, long target, long source, int type) {
        putAddress(header, target);
        putAddress(header + 6, source);
        Memory.putShortBe(header + 12, type);
    }

    /** Where a group's packets go: RFC 1112 §6.4, RFC 2464 §7. */
    public static long multicast(boolean v4, long groupLow) {
        return v4 ? 0x0100_5e00_0000L | groupLow & 0x7f_ffff : 0x3333_0000_0000L | groupLow & 0xffff_ffffL;
    }

    static void putAddress(long at, long address) {
        Memory.putShortBe(at, (int) (address >>> 32));
        Memory.putIntBe(at + 2, (int) address);
    }

    static long addressAt(long at) {
        return (long) Memory.getUnsignedShortBe(at) << 32 | Memory.getIntBe(at + 2) & 0xffff_ffffL;
    }
}

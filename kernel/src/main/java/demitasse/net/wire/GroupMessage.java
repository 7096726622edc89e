package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** Membership of groups: IGMP, RFC 2236 and 3376, and MLD, RFC 2710 and 3810. */
public final class GroupMessage {
    public static final int IGMP_BYTES = 8;
    public static final int IGMP_QUERY_V3_BYTES = 12;
    public static final int IGMP_QUERY = 0x11;
    public static final int IGMP_REPORT_V1 = 0x12;
    public static final int IGMP_REPORT_V2 = 0x16;
    public static final int IGMP_LEAVE = 0x17;
    public static final int IGMP_REPORT_V3 = 0x22;

    public static final int MLD_BYTES = 24;
    public static final int MLD_QUERY_V2_BYTES = 28;
    public static final int MLD_QUERY = 130;
    public static final int MLD_REPORT = 131;
    public static final int MLD_DONE = 132;
    public static final int MLD_REPORT_V2 = 143;

    /** Records of the newer reports: all sources; now all sources; now none. */
    public static final int IS_EXCLUDE = 2;
    public static final int TO_INCLUDE = 3;
    public static final int TO_EXCLUDE = 4;
    public static final int REPORT_BYTES = 8;
    /** A record without its group. */
    public static final int RECORD_BYTES = 4;
    /** IPv4's router alert option, RFC 2113, and the hop-by-hop header with the one of IPv6, RFC 2711. */
    public static final int ALERT_BYTES = 4;
    public static final int ALERT_HEADER_BYTES = 8;

    private GroupMessage() {
    }

    public static int igmpGroup(long message) {
        return Memory.getIntBe(message + 4);
    }

    public static long mldGroupAddress(long message) {
        return message + 8;
    }

    /** How long an answer to a query may take: RFC 3376 §4.1.1. */
    public static long igmpDelayMs(long query, boolean isV3) {
        int code = Memory.getUnsignedByte(query + 1);
        return 100L * (isV3 && code >= 128 ? (code & 15 | 16) << (code >>> 4 & 7) + 3 : code);
    }

    /** RFC 3810 §5.1.3. */
    public static long mldDelayMs(long query, boolean isV2) {
        int code = Memory.getUnsignedShortBe(query + 4);
        return isV2 && code >= 32_768 ? (long) (code & 0xfff | 0x1000) << (code >>> 12 & 7) + 3 : code;
    }

    public static void writeReport(long message, int type, int records) {
        IcmpHeader.write(message, type, 0, records);
    }

    /** Writes a record and returns the address behind it. */
    public static long putRecord(long at, int kind, long high, long low) {
        Memory.putIntBe(at, kind << 24);
        return putGroup(at + RECORD_BYTES, high, low);
    }

    public static long putGroup(long at, long high, long low) {
        if (Ip.isMapped(high, low)) {
            Memory.putIntBe(at, (int) low);
            return at + Integer.BYTES;
        }
        Ip.put(at, high, low);
        return at + 2 * Long.BYTES;
    }

    public static void putAlert(long option) {
        Memory.putIntBe(option, 0x9404_0000);
    }

    public static void putAlertHeader(long header) {
        Memory.putLongBe(header, (long) Ip.ICMPV6 << 56 | 0x0000_0502_0000_0100L);
    }
}

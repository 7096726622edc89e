package demitasse.posix.netlink;

import demitasse.base.memory.Memory;
import demitasse.net.wire.Ip;

/**
 * Writes messages of netlink(7) one behind the other. A message that does not fit is taken back as a whole.
 * <pre>
 * struct nlmsghdr  0 length, 4 type (16), 6 flags (16), 8 sequence, 12 port; aligned to 4
 * struct nlattr    0 length (16), 2 type (16), data; aligned to 4
 * </pre>
 */
final class NetlinkWriter {
    static final int HEADER_BYTES = 16;
    static final int ATTRIBUTE_BYTES = 4;

    private final long base;
    private final int limit;
    private int at;
    private int message;
    private boolean full;

    NetlinkWriter(long base, int limitBytes) {
        this.base = base;
        limit = limitBytes;
    }

    long base() {
        return base;
    }

    int bytes() {
        return at;
    }

    void begin(int type, int flags, int sequence, int port) {
        message = at;
        full = false;
        long header = take(HEADER_BYTES);
        if (header != 0) {
            Memory.putShort(header + 4, (short) type);
            Memory.putShort(header + 6, (short) flags);
            Memory.putInt(header + 8, sequence);
            Memory.putInt(header + 12, port);
        }
    }

    /** Ends a message: false when it did not fit and is gone. */
    boolean finish() {
        if (full) {
            at = message;
        } else {
            Memory.putInt(base + message, at - message);
        }
        return !full;
    }

    /** Room for so many bytes, zeroed; 0 when there is none. */
    long take(int bytes) {
        int aligned = bytes + 3 & -4;
        if (full || at + aligned > limit) {
            full = true;
            return 0;
        }
        long place = base + at;
        Memory.fill(place, aligned, (byte) 0);
        at += aligned;
        return place;
    }

    void put4(int value) {
        long place = take(4);
        if (place != 0) {
            Memory.putInt(place, value);
        }
    }

    /** Four bytes in the order of memory. */
    void bytes4(int first, int second, int third, int fourth) {
        put4(first & 255 | (second & 255) << 8 | (third & 255) << 16 | fourth << 24);
    }

    /** Where the data of a new attribute goes, zeroed; 0 without room. */
    long attribute(int type, int dataBytes) {
        long place = take(ATTRIBUTE_BYTES + dataBytes);
        if (place == 0) {
            return 0;
        }
        Memory.putShort(place, (short) (ATTRIBUTE_BYTES + dataBytes));
        Memory.putShort(place + 2, (short) type);
        return place + ATTRIBUTE_BYTES;
    }

    void attribute1(int type, int value) {
        long data = attribute(type, 1);
        if (data != 0) {
            Memory.putByte(data, (byte) value);
        }
    }

    void attribute4(int type, int value) {
        long data = attribute(type, 4);
        if (data != 0) {
            Memory.putInt(data, value);
        }
    }

    void text(int type, String value) {
        long data = attribute(type, value.length() + 1);
        for (int i = 0; data != 0 && i < value.length(); i++) {
            Memory.putByte(data + i, (byte) value.charAt(i));
        }
    }

    /** Four bytes of IPv4 or sixteen of IPv6. */
    void address(int type, long high, long low) {
        boolean ipv4 = Ip.isMapped(high, low);
        long data = attribute(type, ipv4 ? 4 : 16);
        if (data != 0 && ipv4) {
            Memory.putIntBe(data, (int) low);
        } else if (data != 0) {
            Ip.put(data, high, low);
        }
    }

    /** A hardware address in the low 48 bits. */
    void mac(int type, long address) {
        long data = attribute(type, 6);
        for (int i = 0; data != 0 && i < 6; i++) {
            Memory.putByte(data + i, (byte) (address >>> 40 - 8 * i));
        }
    }
}

package demitasse.posix.netlink;

import demitasse.base.memory.Memory;
import demitasse.net.wire.Ip;

/** One message that a program has sent, and what becomes of it. Memory is the kernel's copy. */
final class NetlinkRequest {
    static final int F_REQUEST = 1;
    static final int F_MULTI = 2;
    static final int F_ACK = 4;
    static final int F_REPLACE = 0x100;
    static final int F_DUMP = 0x300;
    static final int F_EXCL = 0x200;
    static final int F_CREATE = 0x400;
    static final int F_APPEND = 0x800;
    private static final int TYPE_MASK = 0x3fff;

    private long header;
    /** From the header to the end of the message. */
    private int lengthBytes;
    /** For NLMSGERR_ATTR_MSG: why not; null for no more than the errno. */
    String complaint;

    /** False when no message is there. */
    boolean set(long address, int leftBytes) {
        header = address;
        lengthBytes = leftBytes < NetlinkWriter.HEADER_BYTES ? 0 : Memory.getInt(address);
        complaint = null;
        return lengthBytes >= NetlinkWriter.HEADER_BYTES && lengthBytes <= leftBytes;
    }

    long header() {
        return header;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    int type() {
        return Memory.getUnsignedShort(header + 4);
    }

    int flags() {
        return Memory.getUnsignedShort(header + 6);
    }

    boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    boolean isDump() {
        return (flags() & F_DUMP) == F_DUMP;
    }

    int sequence() {
        return Memory.getInt(header + 8);
    }

    /** Whether the fixed part behind the header is there. */
    boolean hasBody(int bytes) {
        return lengthBytes >= NetlinkWriter.HEADER_BYTES + bytes;
    }

    int byteAt(int offset) {
        return hasBody(offset + 1) ? Memory.getUnsignedByte(header + NetlinkWriter.HEADER_BYTES + offset) : 0;
    }

    int intAt(int offset) {
        return hasBody(offset + 4) ? Memory.getInt(header + NetlinkWriter.HEADER_BYTES + offset) : 0;
    }

    /** The data of an attribute behind a fixed part of so many bytes; 0 for none, or for one that is shorter. */
    long attribute(int bodyBytes, int type, int minBytes) {
        int at = NetlinkWriter.HEADER_BYTES + (bodyBytes + 3 & -4);
        while (at + NetlinkWriter.ATTRIBUTE_BYTES <= lengthBytes) {
            int bytes = Memory.getUnsignedShort(header + at);
            if (bytes < NetlinkWriter.ATTRIBUTE_BYTES || bytes > lengthBytes - at) {
                return 0;
            }
            if ((Memory.getUnsignedShort(header + at + 2) & TYPE_MASK) == type
                    && bytes - NetlinkWriter.ATTRIBUTE_BYTES >= minBytes) {
                return header + at + NetlinkWriter.ATTRIBUTE_BYTES;
            }
            at += bytes + 3 & -4;
        }
        return 0;
    }

    /** A number within a nested attribute; {@code other} where there is none. */
    int intWithin(int bodyBytes, int outer, int type, int other) {
        long at = attribute(bodyBytes, outer, 0);
        long end = at == 0 ? 0 : at - NetlinkWriter.ATTRIBUTE_BYTES
                + Memory.getUnsignedShort(at - NetlinkWriter.ATTRIBUTE_BYTES);
        while (at + NetlinkWriter.ATTRIBUTE_BYTES + Integer.BYTES <= end) {
            int bytes = Memory.getUnsignedShort(at);
            if (bytes < NetlinkWriter.ATTRIBUTE_BYTES + Integer.BYTES || bytes > end - at) {
                return other;
            }
            if ((Memory.getUnsignedShort(at + 2) & TYPE_MASK) == type) {
                return Memory.getInt(at + NetlinkWriter.ATTRIBUTE_BYTES);
            }
            at += bytes + 3 & -4;
        }
        return other;
    }

    /** Whether an attribute is there, but shorter than it must be. */
    boolean isCut(int bodyBytes, int type, int minBytes) {
        return attribute(bodyBytes, type, 0) != 0 && attribute(bodyBytes, type, minBytes) == 0;
    }

    /** The length of the data of an attribute that {@link #attribute} has found, or of a string up to its NUL. */
    static int textBytes(long data) {
        int bytes = Memory.getUnsignedShort(data - NetlinkWriter.ATTRIBUTE_BYTES) - NetlinkWriter.ATTRIBUTE_BYTES;
        int length = 0;
        while (length < bytes && Memory.getByte(data + length) != 0) {
            length++;
        }
        return length;
    }

    int intAttribute(int bodyBytes, int type, int otherwise) {
        long data = attribute(bodyBytes, type, 4);
        return data == 0 ? otherwise : Memory.getInt(data);
    }

    /** A hardware address in the low 48 bits. */
    static long mac(long data) {
        long address = 0;
        for (int i = 0; i < 6; i++) {
            address = address << 8 | Memory.getUnsignedByte(data + i);
        }
        return address;
    }

    static long high(long data, boolean ipv6) {
        return data == 0 || !ipv6 ? 0 : Ip.high(data);
    }

    /** Mapped for IPv4; "any" where there is no data. */
    static long low(long data, boolean ipv6) {
        return ipv6 ? data == 0 ? 0 : Ip.low(data) : data == 0 ? Ip.MAPPED : Ip.mapped(Memory.getIntBe(data));
    }
}

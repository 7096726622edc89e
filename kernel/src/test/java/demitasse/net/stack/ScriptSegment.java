package demitasse.net.stack;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP segment of a packet script, in IPv4 or IPv6, taken apart and put together byte by byte: nothing of the stack
 * helps, so that nothing it does wrong is overlooked. Numbers are as they stand on the wire.
 */
final class ScriptSegment {
    private static final String LETTERS = "FSRP.UEW";
    private static final int TCP = 6;
    private static final int TCP_BYTES = 20;
    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MAXIMUM = 2;
    private static final int SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;

    byte[] source;
    byte[] target;
    int sourcePort;
    int targetPort;
    int sequence;
    int acknowledgement;
    int flags;
    int window;
    int urgent;
    int dataBytes;
    /** -1 for none of each. */
    int maximumSegment = -1;
    int scale = -1;
    boolean sackPermitted;
    boolean hasTimestamps;
    int timestamp;
    int echo;
    final List<int[]> sacks = new ArrayList<>();
    /** Instead of the options above. */
    byte[] rawOptions;
    byte[] data;

    static int flags(String letters) {
        int flags = 0;
        for (char letter : letters.replace("-", "").toCharArray()) {
            int bit = LETTERS.indexOf(letter);
            if (bit < 0) {
                throw new IllegalArgumentException("flag " + letter);
            }
            flags |= 1 << bit;
        }
        return flags;
    }

    static String letters(int flags) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            if ((flags >> i & 1) != 0) {
                letters.append(LETTERS.charAt(i));
            }
        }
        return letters.toString();
    }

    boolean has(String letter) {
        return (flags & flags(letter)) != 0;
    }

    byte[] toPacket() {
        byte[] options = rawOptions != null ? rawOptions : options();
        int tcpBytes = TCP_BYTES + options.length + dataBytes;
        boolean ipv4 = source.length == 4;
        ByteBuffer packet = ByteBuffer.allocate((ipv4 ? 20 : 40) + tcpBytes);
        if (ipv4) {
            packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity()).putInt(0x4000);
            packet.put((byte) 64).put((byte) TCP).putShort((short) 0).put(source).put(target);
            packet.putShort(10, (short) ~sum(packet.array(), 0, 20, 0));
        } else {
            packet.putInt(0x6000_0000).putShort((short) tcpBytes).put((byte) TCP).put((byte) 64);
            packet.put(source).put(target);
        }
        int start = packet.position();
        packet.putShort((short) sourcePort).putShort((short) targetPort).putInt(sequence).putInt(acknowledgement);
        packet.put((byte) (TCP_BYTES + options.length << 2)).put((byte) flags).putShort((short) window);
        packet.putShort((short) 0).putShort((short) urgent).put(options);
        if (data != null) {
            packet.put(data);
        }
        packet.putShort(start + 16, (short) ~sum(packet.array(), start, tcpBytes, pseudo(tcpBytes)));
        return packet.array();
    }

    private byte[] options() {
        ByteBuffer options = ByteBuffer.allocate(40);
        if (maximumSegment >= 0) {
            options.put((byte) MAXIMUM).put((byte) 4).putShort((short) maximumSegment);
        }
        if (sackPermitted) {
            options.put((byte) NO_OPERATION).put((byte) NO_OPERATION).put((byte) SACK_PERMITTED).put((byte) 2);
        }
        if (hasTimestamps) {
            options.putShort((short) 0x0101).put((byte) TIMESTAMPS).put((byte) 10).putInt(timestamp).putInt(echo);
        }
        if (scale >= 0) {
            options.put((byte) NO_OPERATION).put((byte) SCALE).put((byte) 3).put((byte) scale);
        }
        if (!sacks.isEmpty()) {
            options.putShort((short) 0x0101).put((byte) SACK).put((byte) (2 + 8 * sacks.size()));
            sacks.forEach(block -> options.putInt(block[0]).putInt(block[1]));
        }
        byte[] bytes = new byte[options.position()];
        options.flip().get(bytes);
        return bytes;
    }

    /** Takes a packet apart; throws when anything of it is not as it has to be. */
    static ScriptSegment of(byte[] bytes) {
        ByteBuffer packet = ByteBuffer.wrap(bytes);
        ScriptSegment segment = new ScriptSegment();
        boolean ipv4 = bytes[0] >>> 4 == 4;
        int addressBytes = ipv4 ? 4 : 16;
        int start = ipv4 ? 20 : 40;
        check(ipv4 ? bytes[0] == 0x45 : (bytes[0] & 0xf0) == 0x60, "IP version");
        check((ipv4 ? packet.getShort(2) : packet.getShort(4) + 40) == bytes.length, "IP length");
        check(packet.get(ipv4 ? 9 : 6) == TCP, "protocol");
        check(!ipv4 || sum(bytes, 0, 20, 0) == 0xffff, "IP checksum");
        segment.source = new byte[addressBytes];
        segment.target = new byte[addressBytes];
        packet.get(start - 2 * addressBytes, segment.source).get(start - addressBytes, segment.target);
        int tcpBytes = bytes.length - start;
        check(sum(bytes, start, tcpBytes, segment.pseudo(tcpBytes)) == 0xffff, "TCP checksum");
        segment.sourcePort = packet.getShort(start) & 0xffff;
        segment.targetPort = packet.getShort(start + 2) & 0xffff;
        segment.sequence = packet.getInt(start + 4);
        segment.acknowledgement = packet.getInt(start + 8);
        int headerBytes = (bytes[start + 12] & 0xf0) >> 2;
        segment.flags = bytes[start + 13] & 0xff;
        segment.window = packet.getShort(start + 14) & 0xffff;
        segment.urgent = packet.getShort(start + 18) & 0xffff;
        segment.dataBytes = tcpBytes - headerBytes;
        segment.readOptions(packet.slice(start + TCP_BYTES, headerBytes - TCP_BYTES));
        segment.data = new byte[segment.dataBytes];
        packet.get(start + headerBytes, segment.data);
        return segment;
    }

    private void readOptions(ByteBuffer options) {
        while (options.hasRemaining()) {
            int kind = options.get();
            if (kind == END) {
                return;
            }
            if (kind == NO_OPERATION) {
                continue;
            }
            ByteBuffer value = options.slice(options.position() + 1, options.get() - 2);
            options.position(options.position() + value.capacity());
            switch (kind) {
                case MAXIMUM -> maximumSegment = value.getShort() & 0xffff;
                case SCALE -> scale = value.get();
                case SACK_PERMITTED -> sackPermitted = true;
                case TIMESTAMPS -> {
                    hasTimestamps = true;
                    timestamp = value.getInt();
                    echo = value.getInt();
                }
                case SACK -> {
                    while (value.hasRemaining()) {
                        sacks.add(new int[] {value.getInt(), value.getInt()});
                    }
                }
                default -> throw new AssertionError("option " + kind);
            }
        }
    }

    private int pseudo(int tcpBytes) {
        return sum(source, 0, source.length, sum(target, 0, target.length, TCP + tcpBytes));
    }

    /** The one's complement sum of RFC 1071, not complemented. */
    static int sum(byte[] bytes, int from, int length, int before) {
        int sum = before;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new AssertionError("wrong " + what);
        }
    }
}

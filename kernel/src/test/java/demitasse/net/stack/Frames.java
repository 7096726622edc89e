package demitasse.net.stack;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames made by hand, with right checksums, by code that has nothing in common with the stack's. */
final class Frames {
    static final byte[] PEER_MAC = {2, 0, 0, 0, 0, 2};
    private static final byte[] OUR_MAC = {2, 0, 0, 0, 0, 1};

    private Frames() {
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] ethernet(int type, byte[] payload) {
        return ethernet(OUR_MAC, type, payload);
    }

    static byte[] ethernet(byte[] target, int type, byte[] payload) {
        return join(target, PEER_MAC, new byte[] {(byte) (type >>> 8), (byte) type}, payload);
    }

    /** An IPv4 packet from 10.0.0.2 to 10.0.0.1 in a frame. */
    static byte[] ipv4(int protocol, int identification, int fragment, byte[] payload) {
        return ipv4(0x0a000002, 0x0a000001, protocol, 64, identification, fragment, payload);
    }

    static byte[] ipv4(int source, int target, int protocol, int timeToLive, int identification, int fragment,
            byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(20);
        header.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload.length));
        header.putShort((short) identification).putShort((short) fragment);
        header.put((byte) timeToLive).put((byte) protocol).putShort((short) 0).putInt(source).putInt(target);
        header.putShort(10, (short) ~sum(0, header.array()));
        return ethernet(0x0800, join(header.array(), payload));
    }

    static byte[] address(String text) {
        try {
            return java.net.InetAddress.getByName(text).getAddress();
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] ipv6(String source, String target, int next, int hopLimit, byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(40);
        header.putInt(6 << 28).putShort((short) payload.length).put((byte) next).put((byte) hopLimit);
        header.put(address(source)).put(address(target));
        return ethernet(0x86dd, join(header.array(), payload));
    }

    /** An ICMPv6 message with its sum. */
    static byte[] icmpv6(String source, String target, int hopLimit, byte[] message) {
        byte[] whole = message.clone();
        whole[2] = 0;
        whole[3] = 0;
        int sum = ~pseudo6(source, target, 58, whole);
        whole[2] = (byte) (sum >>> 8);
        whole[3] = (byte) sum;
        return ipv6(source, target, 58, hopLimit, whole);
    }

    private static int pseudo6(String source, String target, int protocol, byte[] payload) {
        byte[] rest = ByteBuffer.allocate(8).putInt(payload.length).putInt(protocol).array();
        return sum(0, join(address(source), address(target), rest, payload));
    }

    static byte[] udp6(String source, String target, int sourcePort, int targetPort, byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(8).putShort((short) sourcePort).putShort((short) targetPort)
                .putShort((short) (8 + payload.length)).putShort((short) 0);
        byte[] whole = join(header.array(), payload);
        int sum = ~pseudo6(source, target, 17, whole);
        whole[6] = (byte) (sum >>> 8);
        whole[7] = (byte) sum;
        return whole;
    }

    /** A SYN without options, number 0. */
    static byte[] syn6(String source, String target, int sourcePort, int targetPort) {
        return tcp6(source, target, ByteBuffer.allocate(20).putShort((short) sourcePort).putShort((short) targetPort)
                .putLong(0).putShort((short) 0x5002).putShort((short) 8192).array());
    }

    /** The acknowledgement of what the frame answers such a SYN with. */
    static byte[] acknowledgement6(String source, String target, int sourcePort, int targetPort, byte[] answer) {
        int theirs = ByteBuffer.wrap(answer).getInt(14 + 40 + 4);
        return tcp6(source, target, ByteBuffer.allocate(20).putShort((short) sourcePort).putShort((short) targetPort)
                .putInt(1).putInt(theirs + 1).putShort((short) 0x5010).putShort((short) 8192).array());
    }

    private static byte[] tcp6(String source, String target, byte[] segment) {
        byte[] whole = segment.clone();
        int sum = ~pseudo6(source, target, 6, whole);
        whole[16] = (byte) (sum >>> 8);
        whole[17] = (byte) sum;
        return whole;
    }

    /** A UDP datagram without a sum, as IPv4 allows. */
    static byte[] udp4(int sourcePort, int targetPort, byte[] payload) {
        ByteBuffer header = ByteBuffer.allocate(8).putShort((short) sourcePort).putShort((short) targetPort)
                .putShort((short) (8 + payload.length)).putShort((short) 0);
        return join(header.array(), payload);
    }

    /** The one's complement sum in network order. */
    static int sum(int start, byte[] bytes) {
        long sum = start;
        byte[] even = Arrays.copyOf(bytes, bytes.length + 1 & ~1);
        for (int i = 0; i < even.length; i += 2) {
            sum += (even[i] & 0xff) << 8 | even[i + 1] & 0xff;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    static byte[] pattern(int bytes) {
        byte[] pattern = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            pattern[i] = (byte) (i * 31 >> 3);
        }
        return pattern;
    }
}

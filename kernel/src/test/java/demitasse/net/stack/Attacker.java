package demitasse.net.stack;

import java.nio.ByteBuffer;
import java.util.Random;

/** Makes the frames that a stranger on the wire may send to the server of {@link TwoStacks}. */
final class Attacker {
    private static final int IPV4 = 0x0800;
    private static final int ARP = 0x0806;
    private static final int IPV6 = 0x86dd;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final long SERVER_MAC = 0x0200_0000_0002L;
    private static final byte[] SERVER = {10, 0, 0, 2};

    final Random random;

    Attacker(long seed) {
        random = new Random(seed);
    }

    /** From anywhere, or from one of our own network. */
    private byte[] source() {
        byte[] source = new byte[4];
        random.nextBytes(source);
        if (random.nextBoolean()) {
            source[0] = 10;
            source[1] = 0;
            source[2] = 0;
        }
        source[0] = source[0] == 127 || source[0] < 0 ? 11 : source[0];
        return source;
    }

    byte[] tcp(String flags, int sourcePort, int targetPort, byte[] source, byte[] options, int dataBytes) {
        ScriptSegment segment = new ScriptSegment();
        segment.source = source == null ? source() : source;
        segment.target = SERVER;
        segment.sourcePort = sourcePort;
        segment.targetPort = targetPort;
        segment.sequence = random.nextInt();
        segment.acknowledgement = random.nextInt();
        segment.flags = ScriptSegment.flags(flags);
        segment.window = random.nextInt(1 << 16);
        segment.urgent = random.nextInt(1 << 16);
        segment.rawOptions = options == null ? new byte[0] : options;
        segment.dataBytes = dataBytes;
        segment.data = new byte[dataBytes];
        return frame(IPV4, segment.toPacket());
    }

    byte[] syn() {
        return tcp("S", random.nextInt(1 << 16), TwoStacks.PORT, null, null, 0);
    }

    /** Options of whatever kinds and lengths, in a SYN or in the middle of a connection. */
    byte[] options(int clientPort) {
        byte[] options = new byte[4 * (1 + random.nextInt(10))];
        for (int i = 0; i < options.length; i++) {
            options[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(12));
        }
        boolean syn = random.nextBoolean();
        return tcp(syn ? "S" : ".", syn ? random.nextInt(1 << 16) : clientPort, TwoStacks.PORT,
                syn ? null : new byte[] {10, 0, 0, 1}, options, random.nextInt(20));
    }

    byte[] fragment() {
        byte[] payload = new byte[8 * (1 + random.nextInt(100))];
        ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putShort((short) random.nextInt(1 << 16));
        packet.putShort((short) ((random.nextBoolean() ? 0x2000 : 0) | random.nextInt(0x2000)));
        packet.put((byte) 64).put((byte) (random.nextBoolean() ? UDP : 6)).putShort((short) 0);
        packet.put(source()).put(SERVER).put(payload);
        packet.putShort(10, (short) ~ScriptSegment.sum(packet.array(), 0, 20, 0));
        return frame(IPV4, packet.array());
    }

    byte[] datagram(int port) {
        int dataBytes = random.nextInt(200);
        ByteBuffer packet = ByteBuffer.allocate(28 + dataBytes);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity()).putInt(0);
        packet.put((byte) 64).put((byte) UDP).putShort((short) 0).put(source()).put(SERVER);
        packet.putShort(10, (short) ~ScriptSegment.sum(packet.array(), 0, 20, 0));
        packet.putShort((short) random.nextInt(1 << 16)).putShort((short) port).putShort((short) (8 + dataBytes));
        return frame(IPV4, packet.array());
    }

    byte[] arp() {
        ByteBuffer message = ByteBuffer.allocate(28);
        message.putShort((short) 1).putShort((short) IPV4).put((byte) 6).put((byte) 4);
        message.putShort((short) (1 + random.nextInt(2)));
        byte[] mac = new byte[6];
        random.nextBytes(mac);
        byte[] sender = source();
        // Of the client it tells nothing wrong: against that there is no remedy.
        sender[3] = sender[3] == 1 ? 9 : sender[3];
        message.put(mac).put(sender).put(new byte[6]).put(SERVER);
        return frame(ARP, message.array());
    }

    /** Neighbour and router messages, RFC 4861, with sums that are right. */
    byte[] neighbour() {
        byte[] body = new byte[24 + 8 * random.nextInt(4)];
        random.nextBytes(body);
        body[0] = (byte) (133 + random.nextInt(5));
        body[1] = 0;
        body[2] = 0;
        body[3] = 0;
        ByteBuffer packet = ByteBuffer.allocate(40 + body.length);
        byte[] source = new byte[16];
        random.nextBytes(source);
        source[0] = (byte) 0xfe;
        source[1] = (byte) 0x80;
        byte[] target = {(byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        packet.putInt(0x6000_0000).putShort((short) body.length).put((byte) ICMPV6).put((byte) 255);
        packet.put(source).put(target).put(body);
        int sum = ScriptSegment.sum(packet.array(), 8, 32, ICMPV6 + body.length);
        packet.putShort(42, (short) ~ScriptSegment.sum(body, 0, body.length, sum));
        return frame(IPV6, packet.array());
    }

    /** Anything, or something good in which bits have changed. */
    byte[] garbage() {
        if (random.nextInt(4) == 0) {
            byte[] bytes = new byte[random.nextInt(1515)];
            random.nextBytes(bytes);
            return bytes;
        }
        byte[] frame = switch (random.nextInt(5)) {
            case 0 -> syn();
            case 1 -> fragment();
            case 2 -> datagram(random.nextInt(1 << 16));
            case 3 -> arp();
            default -> neighbour();
        };
        for (int i = random.nextInt(4); i >= 0; i--) {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    private static byte[] frame(int type, byte[] packet) {
        ByteBuffer frame = ByteBuffer.allocate(14 + packet.length);
        frame.putShort((short) (SERVER_MAC >>> 32)).putInt((int) SERVER_MAC);
        frame.putShort((short) 0x0200).putInt(0x99).putShort((short) type).put(packet);
        return frame.array();
    }
}

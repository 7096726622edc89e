package demitasse.net.wire;

import demitasse.base.memory.Memory;

/**
 * A program of {@link ClassicBpf} that looks at packets, SO_ATTACH_FILTER of socket(7), with the extensions of
 * linux/filter.h that tell of a packet what is not in its bytes.
 */
public final class PacketFilter extends BpfMachine {
    /** SKF_AD_OFF, SKF_NET_OFF and SKF_LL_OFF: offsets that mean something else. */
    private static final int ANCILLARY = -0x1000;
    private static final int ANCILLARY_COUNT = 64;
    private static final int NETWORK = -0x10_0000;
    private static final int LINK = -0x20_0000;

    /** Of the packet that is looked at. */
    private long start;
    private int lengthBytes;
    private int networkOffset;
    private int protocol;
    private int kind;
    private int interfaceIndex;

    private PacketFilter(long[] code) {
        super(code);
    }

    /** Reads a program of struct sock_filter; null when Linux would not take it. */
    public static PacketFilter read(long program, int count) {
        long[] code = new long[count];
        for (int i = 0; i < count; i++) {
            code[i] = Memory.getLong(program + (long) i * Long.BYTES);
        }
        return ClassicBpf.isGood(code, false) ? new PacketFilter(code) : null;
    }

    /**
     * Looks at a packet.
     *
     * @param networkBytes from the beginning to the network header
     * @param etherType its protocol, as in an Ethernet header
     * @param packetKind PACKET_HOST and so on, packet(7)
     * @return how many of its bytes are wanted; 0 for a packet that is not
     */
    public int run(long packet, int packetBytes, int networkBytes, int etherType, int packetKind, int index) {
        start = packet;
        lengthBytes = packetBytes;
        networkOffset = networkBytes;
        protocol = etherType;
        kind = packetKind;
        interfaceIndex = index;
        return execute(packetBytes);
    }

    @Override
    protected int load(int operation, int offset) {
        if (operation != ClassicBpf.INDEX_HEADER && offset >= ANCILLARY && offset < ANCILLARY + ANCILLARY_COUNT) {
            return about(offset - ANCILLARY);
        }
        int size = operation & ClassicBpf.SIZE;
        return bytes(offset, size == 0 ? 4 : size == ClassicBpf.SIZE_HALF ? 2 : 1);
    }

    private int bytes(int wanted, int count) {
        int offset = wanted >= 0 ? wanted : wanted >= NETWORK ? wanted - NETWORK + networkOffset : wanted - LINK;
        if (offset < 0 || offset > lengthBytes - count || wanted < LINK) {
            return fail();
        }
        long at = start + offset;
        return count == 4 ? Memory.getIntBe(at) : count == 2 ? Memory.getUnsignedShortBe(at)
                : Memory.getUnsignedByte(at);
    }

    /** SKF_AD_PROTOCOL 0, PKTTYPE 4, IFINDEX 8; there are no tags of VLANs, marks and hashes, so 0. */
    private int about(int what) {
        return what == 0 ? protocol : what == 4 ? kind : what == 8 ? interfaceIndex : 0;
    }
}

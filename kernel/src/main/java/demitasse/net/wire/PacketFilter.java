package demitasse.net.wire;

import demitasse.base.memory.Memory;

/**
 * A program of {@link ClassicBpf} that looks at packets, SO_ATTACH_FILTER of socket(7), with the extensions of
 * linux/filter.h that tell of a packet what is not in its bytes.
 */
public final class PacketFilter {
    /** SKF_AD_OFF, SKF_NET_OFF and SKF_LL_OFF: offsets that mean something else. */
    private static final int ANCILLARY = -0x1000;
    private static final int ANCILLARY_COUNT = 64;
    private static final int NETWORK = -0x10_0000;
    private static final int LINK = -0x20_0000;
    private static final int FAULT = -1;

    private final long[] code;
    private final int[] memory = new int[ClassicBpf.MEMORY_WORDS];
    /** Of the packet that is looked at. */
    private long start;
    private int lengthBytes;
    private int networkOffset;
    private int protocol;
    private int kind;
    private int interfaceIndex;
    private boolean failed;

    private PacketFilter(long[] code) {
        this.code = code;
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
        failed = false;
        int a = 0;
        int x = 0;
        for (int i = 0; !failed; i++) {
            int k = (int) (code[i] >>> Integer.SIZE);
            int operation = (int) code[i] & 0xffff;
            switch (operation) {
                case ClassicBpf.LOAD, ClassicBpf.LOAD_HALF, ClassicBpf.LOAD_BYTE -> a = load(operation, k);
                case ClassicBpf.LOAD_INDEXED, ClassicBpf.LOAD_HALF_INDEXED, ClassicBpf.LOAD_BYTE_INDEXED ->
                        a = load(operation, k + x);
                case ClassicBpf.LOAD_LENGTH -> a = lengthBytes;
                case ClassicBpf.LOAD_CONSTANT -> a = k;
                case ClassicBpf.LOAD_MEMORY -> a = memory[k];
                case ClassicBpf.INDEX_HEADER -> x = (bytes(k, 1) & 15) * 4;
                case ClassicBpf.INDEX_LENGTH -> x = lengthBytes;
                case ClassicBpf.INDEX_CONSTANT -> x = k;
                case ClassicBpf.INDEX_MEMORY -> x = memory[k];
                case ClassicBpf.STORE -> memory[k] = a;
                case ClassicBpf.STORE_INDEX -> memory[k] = x;
                case ClassicBpf.TO_INDEX -> x = a;
                case ClassicBpf.FROM_INDEX -> a = x;
                case ClassicBpf.RETURN -> {
                    return k;
                }
                case ClassicBpf.RETURN_A -> {
                    return a;
                }
                case ClassicBpf.JUMP -> i += k;
                default -> {
                    int operand = (operation & ClassicBpf.OPERAND_X) != 0 ? x : k;
                    if ((operation & ClassicBpf.CLASS) == ClassicBpf.JUMP) {
                        i += ClassicBpf.distance(code[i], a, operand);
                    } else if (ClassicBpf.isImpossible(operation, operand)) {
                        failed = true;
                    } else {
                        a = ClassicBpf.compute(operation, a, operand);
                    }
                }
            }
        }
        return 0;
    }

    private int load(int operation, int offset) {
        if (offset >= ANCILLARY && offset < ANCILLARY + ANCILLARY_COUNT) {
            return about(offset - ANCILLARY);
        }
        int size = operation & ClassicBpf.SIZE;
        return bytes(offset, size == 0 ? 4 : size == ClassicBpf.SIZE_HALF ? 2 : 1);
    }

    private int bytes(int wanted, int count) {
        int offset = wanted >= 0 ? wanted : wanted >= NETWORK ? wanted - NETWORK + networkOffset : wanted - LINK;
        if (offset < 0 || offset > lengthBytes - count || wanted < LINK) {
            failed = true;
            return FAULT;
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

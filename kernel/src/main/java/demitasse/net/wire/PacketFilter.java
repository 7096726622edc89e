package demitasse.net.wire;

import demitasse.base.memory.Memory;

/**
 * A classic BPF program, SO_ATTACH_FILTER of socket(7): McCanne and Jacobson, "The BSD Packet Filter", with the
 * extensions of linux/filter.h that tell of a packet what is not in its bytes. It only jumps forward, so it ends.
 */
public final class PacketFilter {
    /** BPF_MAXINSNS. */
    public static final int INSTRUCTIONS_MAX = 4096;
    public static final int INSTRUCTION_BYTES = 8;
    /** struct sock_filter: the code (16), where to go when true and when false (8 each), a number. */
    private static final int JUMP_TRUE = 2;
    private static final int JUMP_FALSE = 3;
    private static final int NUMBER = 4;
    /** Classes, sizes, modes and operations of linux/bpf_common.h. */
    private static final int LD = 0;
    private static final int LDX = 1;
    private static final int ST = 2;
    private static final int STX = 3;
    private static final int ALU = 4;
    private static final int JMP = 5;
    private static final int RET = 6;
    private static final int IMM = 0;
    private static final int ABS = 0x20;
    private static final int IND = 0x40;
    private static final int MEM = 0x60;
    private static final int LEN = 0x80;
    private static final int MSH = 0xa0;
    private static final int WORDS = 16;
    /** SKF_AD_OFF, SKF_NET_OFF and SKF_LL_OFF: offsets that mean something else. */
    private static final int ANCILLARY = -0x1000;
    private static final int NETWORK = -0x10_0000;
    private static final int LINK = -0x20_0000;
    private static final int FAULT = -1;

    private final int[] codes;
    private final int[] numbers;
    private final int[] memory = new int[WORDS];
    /** Of the packet that is looked at. */
    private long start;
    private int lengthBytes;
    private int networkOffset;
    private int protocol;
    private int kind;
    private int interfaceIndex;
    private boolean failed;

    private PacketFilter(int[] codes, int[] numbers) {
        this.codes = codes;
        this.numbers = numbers;
    }

    /** Reads a program; null when Linux's bpf_check_classic() would not take it. */
    public static PacketFilter read(long program, int count) {
        if (count < 1 || count > INSTRUCTIONS_MAX) {
            return null;
        }
        int[] codes = new int[count];
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            long at = program + (long) i * INSTRUCTION_BYTES;
            codes[i] = Memory.getUnsignedShort(at) | Memory.getUnsignedByte(at + JUMP_TRUE) << 16
                    | Memory.getUnsignedByte(at + JUMP_FALSE) << 24;
            numbers[i] = Memory.getInt(at + NUMBER);
            if (!isValid(codes[i], numbers[i], count - i - 1)) {
                return null;
            }
        }
        return (codes[count - 1] & 7) == RET ? new PacketFilter(codes, numbers) : null;
    }

    private static boolean isValid(int instruction, int number, int behind) {
        int code = instruction & 0xffff;
        int mode = code & 0xe0;
        int size = code & 0x18;
        switch (code & 7) {
            case LD:
                return mode == ABS || mode == IND ? size != 0x18 : size == 0 && (mode == IMM || mode == LEN
                        || mode == MEM && number >= 0 && number < WORDS);
            case LDX:
                return mode == MSH ? size == 0x10 : size == 0 && (mode == IMM || mode == LEN
                        || mode == MEM && number >= 0 && number < WORDS);
            case ST, STX:
                return code <= STX && number >= 0 && number < WORDS;
            case ALU:
                return isOperation(code, number);
            case JMP:
                boolean always = (code & 0xf0) == 0;
                return code <= 0x4d && (always ? code == JMP && number >= 0 && number < behind
                        : (instruction >>> 16 & 255) < behind && instruction >>> 24 < behind);
            case RET:
                return code == 0x06 || code == 0x16;
            default:
                return code == 0x07 || code == 0x87;
        }
    }

    private static boolean isOperation(int code, int number) {
        boolean byNumber = (code & 8) == 0;
        int operation = code & 0xf0;
        boolean divides = operation == 0x30 || operation == 0x90;
        boolean shifts = operation == 0x60 || operation == 0x70;
        return code <= 0xff && operation <= 0xa0 && !(divides && byNumber && number == 0)
                && !(shifts && byNumber && (number < 0 || number > 31)) && (operation != 0x80 || byNumber);
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
        int at = 0;
        while (!failed) {
            int code = codes[at] & 0xffff;
            int number = numbers[at];
            int operand = (code & 8) == 0 ? number : x;
            switch (code & 7) {
                case LD -> a = load(code, number, x);
                case LDX -> x = (code & 0xe0) == MSH ? (byteAt(number) & 15) * 4 : load(code, number, x);
                case ST -> memory[number] = a;
                case STX -> memory[number] = x;
                case ALU -> a = calculate(code & 0xf0, a, operand);
                case JMP -> at += (code & 0xf0) == 0 ? number
                        : isTrue(code & 0xf0, a, operand) ? codes[at] >>> 16 & 255 : codes[at] >>> 24;
                case RET -> {
                    return code == 0x06 ? number : a;
                }
                default -> {
                    int before = a;
                    a = code == 0x87 ? x : a;
                    x = code == 0x07 ? before : x;
                }
            }
            at++;
        }
        return 0;
    }

    private int load(int code, int number, int x) {
        return switch (code & 0xe0) {
            case IMM -> number;
            case MEM -> memory[number];
            case LEN -> lengthBytes;
            default -> {
                int offset = (code & 0xe0) == IND ? number + x : number;
                int size = code & 0x18;
                yield offset <= ANCILLARY + 64 && offset >= ANCILLARY && offset < 0 ? about(offset - ANCILLARY)
                        : bytes(offset, size == 0 ? 4 : size == 8 ? 2 : 1);
            }
        };
    }

    private int byteAt(int offset) {
        return bytes(offset, 1);
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

    private int calculate(int operation, int a, int operand) {
        if (operand == 0 && (operation == 0x30 || operation == 0x90)) {
            failed = true;
            return FAULT;
        }
        return switch (operation) {
            case 0x00 -> a + operand;
            case 0x10 -> a - operand;
            case 0x20 -> a * operand;
            case 0x30 -> Integer.divideUnsigned(a, operand);
            case 0x40 -> a | operand;
            case 0x50 -> a & operand;
            case 0x60 -> a << operand;
            case 0x70 -> a >>> operand;
            case 0x80 -> -a;
            case 0x90 -> Integer.remainderUnsigned(a, operand);
            default -> a ^ operand;
        };
    }

    private static boolean isTrue(int operation, int a, int operand) {
        return switch (operation) {
            case 0x10 -> a == operand;
            case 0x20 -> Integer.compareUnsigned(a, operand) > 0;
            case 0x30 -> Integer.compareUnsigned(a, operand) >= 0;
            default -> (a & operand) != 0;
        };
    }
}

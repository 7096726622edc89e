package demitasse.posix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import demitasse.base.memory.Memory;
import demitasse.machine.UserContext;
import demitasse.net.wire.ClassicBpf;
import demitasse.net.wire.PacketFilter;
import demitasse.testing.TestMemory;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Classic BPF, for packets and for system calls: what both kinds know they must do as it is defined. */
class BpfTest {
    private static final TestMemory MEMORY = new TestMemory(1 << 20);
    private static final long PROGRAM = MEMORY.regionAddress(0);
    private static final long REGISTERS = PROGRAM + (64 << 10);
    /** Behind it there is no memory: a read too far ends the test. */
    private static final long END = MEMORY.regionAddress(0) + MEMORY.regionBytes(0);
    private static final int DATA_BYTES = 64;
    private static final int AUDIT_ARCH_X86_64 = 0xc000_003e;
    private static final int[] ARGUMENTS = {UserContext.RDI, UserContext.RSI, UserContext.RDX, UserContext.R10,
        UserContext.R8, UserContext.R9};
    /** Loads, stores, arithmetic, jumps: what both machines have. */
    private static final int[] CODES = {0x20, 0x80, 0x00, 0x60, 0x81, 0x01, 0x61, 0x02, 0x03, 0x07, 0x87, 0x04, 0x0c,
        0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4, 0xac, 0x05,
        0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d};
    /** "tcp port 80", as tcpdump -ddd compiles it for Ethernet: code, jt, jf, k. */
    private static final int[][] PORT_80 = {{40, 0, 0, 12}, {21, 0, 6, 34525}, {48, 0, 0, 20}, {21, 0, 15, 6},
        {40, 0, 0, 54}, {21, 12, 0, 80}, {40, 0, 0, 56}, {21, 10, 11, 80}, {21, 0, 10, 2048}, {48, 0, 0, 23},
        {21, 0, 8, 6}, {40, 0, 0, 20}, {69, 6, 0, 8191}, {177, 0, 0, 14}, {72, 0, 0, 14}, {21, 2, 0, 80},
        {72, 0, 0, 16}, {21, 0, 1, 80}, {6, 0, 0, 262144}, {6, 0, 0, 0}};

    private static long instruction(int code, int jumpTrue, int jumpFalse, int number) {
        return code | (long) jumpTrue << 16 | (long) jumpFalse << 24 | (long) number << 32;
    }

    private static PacketFilter packetFilter(long... code) {
        for (int i = 0; i < code.length; i++) {
            Memory.putLong(PROGRAM + 8L * i, code[i]);
        }
        return PacketFilter.read(PROGRAM, code.length);
    }

    private static long[] random(Random random) {
        long[] code = new long[2 + random.nextInt(30)];
        for (int i = 0; i < code.length - 1; i++) {
            int behind = code.length - 1 - i;
            int one = CODES[random.nextInt(CODES.length)];
            int number = switch (one) {
                case 0x20 -> 4 * random.nextInt(DATA_BYTES / 4);
                case 0x60, 0x61, 0x02, 0x03 -> random.nextInt(4);
                case 0x64, 0x74 -> random.nextInt(32);
                case 0x05 -> random.nextInt(behind);
                default -> random.nextBoolean() ? random.nextInt(5) : random.nextInt();
            };
            code[i] = instruction(one, random.nextInt(behind), random.nextInt(behind), number);
        }
        code[code.length - 1] = instruction(random.nextBoolean() ? 0x16 : 0x06, 0, 0, random.nextInt());
        return code;
    }

    /** What the instructions are defined to do, in linux/filter.h's own parts: class, mode, operation, source. */
    private static int answer(long[] code, int[] words) {
        int a = 0;
        int x = 0;
        int[] memory = new int[16];
        for (int i = 0;; i++) {
            int one = (int) code[i] & 0xff;
            int k = (int) (code[i] >> 32);
            int source = (one & 8) != 0 ? x : k;
            switch (one & 7) {
                case 0 -> a = loaded(one & 0xe0, k, words, memory);
                case 1 -> x = loaded(one & 0xe0, k, words, memory);
                case 2 -> memory[k] = a;
                case 3 -> memory[k] = x;
                case 4 -> {
                    if ((one & 0xf0) == 0x30 && source == 0) {
                        return 0;
                    }
                    a = (int) computed(one & 0xf0, a & 0xffff_ffffL, source & 0xffff_ffffL);
                }
                case 5 -> i += (one & 0xf0) == 0 ? k
                        : (int) (code[i] >> (holds(one & 0xf0, a, source) ? 16 : 24)) & 0xff;
                case 6 -> {
                    return (one & 0x18) == 0x10 ? a : k;
                }
                default -> {
                    if ((one & 0x80) == 0) {
                        x = a;
                    } else {
                        a = x;
                    }
                }
            }
        }
    }

    private static int loaded(int mode, int k, int[] words, int[] memory) {
        return mode == 0x20 ? words[k / 4] : mode == 0x60 ? memory[k] : mode == 0x80 ? DATA_BYTES : k;
    }

    private static long computed(int operation, long a, long b) {
        return switch (operation) {
            case 0x00 -> a + b;
            case 0x10 -> a - b;
            case 0x20 -> a * b;
            case 0x30 -> a / b;
            case 0x40 -> a | b;
            case 0x50 -> a & b;
            case 0x60 -> a << (b & 31);
            case 0x70 -> a >> (b & 31);
            case 0xa0 -> a ^ b;
            default -> -a;
        };
    }

    private static boolean holds(int comparison, int a, int b) {
        int order = Long.compare(a & 0xffff_ffffL, b & 0xffff_ffffL);
        return comparison == 0x10 ? order == 0 : comparison == 0x20 ? order > 0 : comparison == 0x30 ? order >= 0
                : (a & b) != 0;
    }

    /** Both kinds take the same programs, and those give the answers that are defined. */
    @Property(tries = 20_000)
    void bothKindsGiveTheDefinedAnswers(@ForAll long seed) {
        Random random = new Random(seed);
        long[] code = random(random);
        PacketFilter packets = packetFilter(code);
        assertEquals(ClassicBpf.isGood(code, true), packets != null);
        if (packets == null) {
            return;
        }
        UserContext registers = new UserContext(REGISTERS);
        long place = random.nextLong();
        int number = random.nextInt(500);
        long packet = END - DATA_BYTES;
        int[] words = new int[DATA_BYTES / 4];
        registers.setRegister(UserContext.ORIG_RAX, number);
        words[0] = number;
        words[1] = AUDIT_ARCH_X86_64;
        putWords(words, 2, place);
        for (int i = 0; i < ARGUMENTS.length; i++) {
            long argument = random.nextBoolean() ? random.nextInt(8) : random.nextLong();
            registers.setRegister(ARGUMENTS[i], argument);
            putWords(words, 4 + 2 * i, argument);
        }
        for (int i = 0; i < words.length; i++) {
            Memory.putIntBe(packet + 4 * i, words[i]);
        }
        int answer = answer(code, words);
        assertEquals(answer, packets.run(packet, DATA_BYTES, 0, 0, 0, 1));
        boolean judges = (answer & SyscallFilter.ACTION) < SyscallFilter.ALLOW;
        assertEquals(judges ? answer : SyscallFilter.ALLOW, new SyscallFilter(code, null).judge(registers, place));
    }

    /** The lower half first. */
    private static void putWords(int[] words, int at, long value) {
        words[at] = (int) value;
        words[at + 1] = (int) (value >>> 32);
    }

    /** Any bytes are refused or run to an end within the packet. */
    @Property(tries = 20_000)
    void anyProgramEnds(@ForAll long seed) {
        Random random = new Random(seed);
        long[] code = random(random);
        for (int i = random.nextInt(4); i >= 0; i--) {
            code[random.nextInt(code.length)] = random.nextBoolean() ? random.nextLong()
                    : instruction(random.nextInt(256), random.nextInt(4), random.nextInt(4), random.nextInt(80));
        }
        PacketFilter packets = packetFilter(code);
        if (packets != null) {
            int bytes = random.nextInt(DATA_BYTES);
            packets.run(END - bytes, bytes, random.nextInt(20), 0x800, 0, 1);
        }
    }

    @Test
    void whatTcpdumpCompilesFindsItsPackets() {
        long[] code = new long[PORT_80.length];
        for (int i = 0; i < code.length; i++) {
            code[i] = instruction(PORT_80[i][0], PORT_80[i][1], PORT_80[i][2], PORT_80[i][3]);
        }
        PacketFilter filter = packetFilter(code);
        assertNotNull(filter);
        String ethernet = "020000000001 020000000002 ";
        String ipv4 = "0800 45000028 00010000 40060000 0a000001 0a000002 ";
        String rest = " 00000001 00000000 50020000 00000000";
        assertEquals(262_144, run(filter, ethernet + ipv4 + "1f90 0050" + rest));
        assertEquals(262_144, run(filter, ethernet + ipv4 + "0050 1f90" + rest));
        assertEquals(0, run(filter, ethernet + ipv4 + "1f90 0051" + rest));
        // A fragment that is not the first has no ports, and options move them.
        assertEquals(0, run(filter, ethernet + ipv4.replace("00010000", "00010001") + "1f90 0050" + rest));
        assertEquals(262_144, run(filter, ethernet + ipv4.replace("45", "46") + "01010101 1f90 0050" + rest));
        // What is cut off before it could be read is not wanted.
        assertEquals(0, run(filter, ethernet + ipv4));
        String ipv6 = "86dd 60000000 00140640 " + "00".repeat(15) + "01" + "00".repeat(15) + "01 ";
        assertEquals(262_144, run(filter, ethernet + ipv6 + "1f90 0050" + rest));
    }

    private static int run(PacketFilter filter, String frame) {
        byte[] bytes = HexFormat.of().parseHex(frame.replace(" ", ""));
        long place = END - bytes.length;
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(place + i, bytes[i]);
        }
        return filter.run(place, bytes.length, 14, 0x800, 0, 1);
    }

    @Test
    void programsThatDoNotEndOrReadWhatIsNotThereAreRefused() {
        long ends = instruction(6, 0, 0, 1);
        assertNull(packetFilter(instruction(0, 0, 0, 1)));
        assertNull(packetFilter(instruction(5, 0, 0, 1), ends));
        assertNull(packetFilter(instruction(5, 0, 0, -1), ends));
        assertNull(packetFilter(instruction(0x15, 0, 1, 0), ends));
        assertNull(packetFilter(instruction(0x60, 0, 0, 16), ends));
        assertNull(packetFilter(instruction(0x60, 0, 0, 0), ends));
        assertNull(packetFilter(instruction(0x34, 0, 0, 0), ends));
        assertNull(packetFilter(instruction(0x64, 0, 0, 32), ends));
        assertNotNull(packetFilter(instruction(0x02, 0, 0, 0), instruction(0x60, 0, 0, 0), ends));
    }
}

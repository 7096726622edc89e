package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import demitasse.alloc.Pages;
import demitasse.net.ip.Binding;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.testing.TestMemory;
import java.util.Arrays;
import java.util.List;

/** Whatever frames come, nothing panics, service goes on, and memory is given back. */
class AnyFrameFuzzTest {
    private static final List<byte[]> SAMPLES = GoldenFramesTest.frames().toList();
    /** One for all runs: it is not given back to the host. */
    private static final TestMemory MEMORY = new TestMemory(16 << 20);
    private static final long S = 1_000_000_000L;
    private static final int FRAMES_MAX = 30;
    private static final int CHANGES_MAX = 6;

    @FuzzTest(maxDuration = "10s")
    void anyFramesLeaveServiceAndMemory(FuzzedDataProvider data) {
        LoneStack host = GoldenFramesTest.host(1, new Pages(MEMORY));
        UdpEndpoint endpoint = host.udp(9);
        host.stack.join(0, Ip.mapped(0xef01_0203), 2);
        Binding binding = new Binding();
        binding.takesIpv4 = true;
        binding.takesIpv6 = true;
        binding.port = 7;
        host.stack.tcp.ports.add(binding);
        host.stack.tcp.listen(host.stack.tcp.create(), binding, 2, events -> { });
        for (int i = data.consumeInt(1, FRAMES_MAX); i > 0; i--) {
            host.receive(frame(data));
            if (data.consumeBoolean()) {
                host.pass(data.consumeLong(0, 40 * S));
            }
        }
        host.pass(600 * S);
        LoneStack.datagrams(endpoint);
        byte[] payload = {1, 2, 3};
        host.receive(Frames.ipv4(17, 1, 0, Frames.udp4(5, 9, payload)));
        assertArrayEquals(payload, LoneStack.datagrams(endpoint).getFirst());
        host.pass(10 * S);
        assertEquals(0, host.stack.packets().inUse());
        assertEquals(0, host.stack.tcp.connectionCount());
        assertTrue(host.eth0.addresses() <= NetInterface.ADDRESSES_MAX);
    }

    /** Bytes as they come, or a frame of Linux with some of its bytes changed and perhaps an end cut off. */
    private static byte[] frame(FuzzedDataProvider data) {
        if (data.consumeProbabilityFloat() < 0.2f) {
            return data.consumeBytes(200);
        }
        byte[] frame = SAMPLES.get(data.consumeInt(0, SAMPLES.size() - 1)).clone();
        for (int i = data.consumeInt(0, CHANGES_MAX); i > 0; i--) {
            frame[data.consumeInt(0, Math.min(frame.length, 120) - 1)] = data.consumeByte();
        }
        int length = data.consumeBoolean() ? frame.length : data.consumeInt(0, frame.length);
        return repaired(Arrays.copyOf(frame, length), data.consumeBoolean());
    }

    /** Most of what is broken should not end at its checksum: those of headers and of what follows are put right. */
    private static byte[] repaired(byte[] frame, boolean wanted) {
        if (!wanted || frame.length < 14 + 40) {
            return frame;
        }
        boolean v4 = frame[12] == 8 && frame[13] == 0;
        int header = v4 ? (frame[14] & 15) * 4 : 40;
        if (v4 && header >= 20 && 14 + header <= frame.length) {
            put(frame, 24, 0);
            put(frame, 24, ~Frames.sum(0, Arrays.copyOfRange(frame, 14, 14 + header)));
        }
        int at = v4 ? 14 + header : frame[20] == 0 ? 62 : 54;
        int protocol = v4 ? frame[23] : frame[20] == 0 ? 58 : frame[20];
        int sum = at + switch (protocol) {
            case 6 -> 16;
            case 17 -> 6;
            default -> 2;
        };
        if (sum + 2 <= frame.length) {
            put(frame, sum, 0);
            byte[] payload = Arrays.copyOfRange(frame, at, frame.length);
            byte[] addresses = v4 ? Arrays.copyOfRange(frame, 26, 34) : Arrays.copyOfRange(frame, 22, 54);
            int pseudo = protocol == 1 || protocol == 2 ? 0
                    : Frames.sum(payload.length + protocol, addresses);
            put(frame, sum, ~Frames.sum(pseudo, payload));
        }
        return frame;
    }

    private static void put(byte[] frame, int at, int value) {
        frame[at] = (byte) (value >>> 8);
        frame[at + 1] = (byte) value;
    }
}

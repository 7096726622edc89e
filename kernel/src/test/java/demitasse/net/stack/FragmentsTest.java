package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.udp.UdpEndpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 791 §3.2, RFC 815, RFC 5722: datagrams in pieces, from friends and from others. */
class FragmentsTest {
    private static final int MORE = 0x2000;
    private final LoneStack lone = new LoneStack();
    private final IpCounters counters = lone.stack.counters.ipv4;
    private UdpEndpoint endpoint;

    @BeforeEach
    void address() {
        lone.stack.routes.addAddress(lone.eth0, 0, LoneStack.ipv4(1), 96 + 24);
        endpoint = lone.udp(7);
    }

    /** Cuts an IP payload at multiples of a size. */
    private static List<byte[]> cut(int identification, byte[] payload, int each) {
        List<byte[]> frames = new ArrayList<>();
        for (int at = 0; at < payload.length; at += each) {
            int end = Math.min(at + each, payload.length);
            frames.add(Frames.ipv4(17, identification, at / 8 | (end < payload.length ? MORE : 0),
                    Arrays.copyOfRange(payload, at, end)));
        }
        return frames;
    }

    @Test
    void anyOrderAndRepetitionMakeTheDatagram() {
        byte[] payload = Frames.pattern(20_000);
        for (int seed = 0; seed < 50; seed++) {
            List<byte[]> frames = cut(seed, Frames.udp4(9, 7, payload), 1480);
            Random random = new Random(seed);
            frames.add(random.nextInt(frames.size()), frames.get(random.nextInt(frames.size())));
            byte[] last = frames.removeLast();
            Collections.shuffle(frames, random);
            frames.add(random.nextInt(frames.size()), last);
            frames.forEach(lone::receive);
            List<byte[]> got = LoneStack.datagrams(endpoint);
            assertEquals(1, got.size(), "with seed " + seed);
            assertArrayEquals(payload, got.getFirst());
        }
        lone.pass(40_000_000_000L);
        assertEquals(0, lone.stack.packets().inUse());
    }

    @Test
    void overlapEndsTheDatagram() {
        byte[] payload = Frames.udp4(9, 7, Frames.pattern(2000));
        List<byte[]> frames = cut(5, payload, 800);
        lone.receive(frames.get(0));
        lone.receive(Frames.ipv4(17, 5, 96 | MORE, Arrays.copyOfRange(payload, 768, 1568)));
        lone.receive(frames.get(1));
        lone.receive(frames.get(2));
        assertEquals(0, LoneStack.datagrams(endpoint).size());
        assertEquals(1, counters.reassemblyOverlaps);
    }

    @Test
    void whatNeverCompletesTimesOutAndTheSenderHears() {
        List<byte[]> frames = cut(5, Frames.udp4(9, 7, Frames.pattern(2000)), 800);
        lone.receive("020000000001020000000002080600010800060400010200000000020a0000020000000000000a000001");
        lone.receive(frames.get(0));
        lone.receive(frames.get(1));
        assertEquals(2, lone.stack.packets().inUse());
        lone.sent.clear();
        lone.pass(30_000_000_000L);
        assertEquals(0, lone.stack.packets().inUse());
        assertEquals(1, counters.reassemblyTimeouts);
        byte[] told = lone.sent.stream().filter(frame -> frame[23] == 1).findFirst().orElseThrow();
        assertEquals(11, told[34]);
        assertEquals(1, told[35]);
        assertArrayEquals(Arrays.copyOfRange(frames.getFirst(), 14, 14 + 548), Arrays.copyOfRange(told, 42, 590));
    }

    @Test
    void strangersFillNoMoreThanTheirShare() {
        byte[] payload = Frames.pattern(1480);
        for (int i = 0; i < 20_000; i++) {
            lone.receive(Frames.ipv4(17, i, i % 3 * 185 | MORE, payload));
        }
        assertTrue(lone.stack.packets().inUse() <= Reassembly.DATAGRAMS_MAX);
        for (int i = 0; i < 20_000; i++) {
            lone.receive(Frames.ipv4(17, 1 + i / 100, i % 100 * 2 | MORE, Arrays.copyOf(payload, 8)));
        }
        assertTrue(lone.stack.packets().inUse() * 2048L <= Reassembly.HELD_MAX_BYTES);
        assertTrue(counters.reassemblyEvictions > 0);
        lone.pass(40_000_000_000L);
        assertEquals(0, lone.stack.packets().inUse());
        cut(60_000, Frames.udp4(9, 7, payload), 800).forEach(lone::receive);
        assertEquals(1, LoneStack.datagrams(endpoint).size());
    }

    @Test
    void deathlyPingIsNoDatagram() {
        lone.receive(Frames.ipv4(17, 1, MORE, Frames.pattern(1480)));
        lone.receive(Frames.ipv4(17, 1, 0x1fff, Frames.pattern(1480)));
        assertEquals(1, counters.reassemblyFails);
        lone.receive(Frames.ipv4(17, 2, MORE, Frames.pattern(1479)));
        assertEquals(2, counters.reassemblyFails);
    }
}

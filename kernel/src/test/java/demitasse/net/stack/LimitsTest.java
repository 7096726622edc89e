package demitasse.net.stack;

import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.ENOBUFS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.link.Neighbours;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is bounded, and what happens beyond. The numbers are those of the classes, or of Linux where they are its. */
class LimitsTest {
    private static final int MORE = 0x2000;
    private static final int NEIGHBOURS_ASKED = 32;
    private static final int WAITING_EACH = 64;
    private static final int WAITING = 256;
    private static final int ERRORS_KEPT = 16;
    private static final int ERRORS_A_SECOND = 1000;
    private static final int MEMBERSHIPS = 20;

    private final LoneStack host = GoldenFramesTest.host(1);
    private final UdpEndpoint endpoint = host.udp(7);

    private int incomplete() {
        Neighbours neighbours = host.eth0.neighbours();
        int found = 0;
        for (int i = 0; i < Neighbours.ENTRIES; i++) {
            found += neighbours.state(i) == Neighbours.INCOMPLETE ? 1 : 0;
        }
        return found;
    }

    @Test
    void packetsThatWaitForANeighbourAreBounded() {
        for (int i = 0; i < WAITING_EACH + 5; i++) {
            assertEquals(0, host.sendUdp(endpoint, new byte[1], 0, LoneStack.ipv4(100), 9));
        }
        assertEquals(WAITING_EACH, host.stack.packets().inUse());
        assertEquals(5, host.eth0.link.queueDrops);
        for (int to = 101; to < 111; to++) {
            for (int i = 0; i < WAITING_EACH; i++) {
                host.sendUdp(endpoint, new byte[1], 0, LoneStack.ipv4(to), 9);
            }
        }
        assertEquals(WAITING, host.stack.packets().inUse());
        host.pass(5_000_000_000L);
        assertEquals(0, host.stack.packets().inUse());
    }

    @Test
    void neighboursThatAreAskedForAreBounded() {
        for (int to = 100; to < 100 + 2 * NEIGHBOURS_ASKED; to++) {
            host.sendUdp(endpoint, new byte[1], 0, LoneStack.ipv4(to), 9);
        }
        assertEquals(NEIGHBOURS_ASKED, incomplete());
    }

    @Test
    void groupsOfASocketAndOfAnInterfaceAreBounded() {
        int joined = 0;
        int error = 0;
        for (int socket = 0; error == 0; socket++) {
            UdpEndpoint one = host.udp(100 + socket);
            for (int i = 0; i < MEMBERSHIPS && error == 0; i++) {
                error = host.stack.udp.join(one, 0, Ip.mapped(0xef01_0000 + ++joined), 2);
            }
            if (error == 0) {
                assertEquals(-ENOBUFS, host.stack.udp.join(one, 0, Ip.mapped(0xef02_0000), 2));
            }
        }
        assertEquals(-ENOBUFS, error);
        // Groups of our own addresses are among them.
        assertTrue(joined > 2 * MEMBERSHIPS && joined <= Groups.GROUPS_MAX + 1, joined + " groups");
    }

    @Test
    void anAddressWithoutAWayIsNotTaken() {
        Routes routes = host.stack.routes;
        int network = 1;
        while (routes.addRoute(0, Ip.mapped(0x0b00_0000 | network << 8), 96 + 24, 0, 0, host.eth0)) {
            network++;
        }
        assertEquals(Routes.ROUTES_MAX, routes.routeCount());
        int before = host.eth0.addresses();
        assertFalse(routes.addAddress(host.eth0, 0, Ip.mapped(0x0c00_0001), 96 + 24));
        assertEquals(before, host.eth0.addresses());
    }

    @Test
    void fragmentsOfADatagramAreBounded() {
        byte[] payload = Frames.udp4(9, 7, Frames.pattern(Reassembly.FRAGMENTS_MAX * 8));
        for (int at = 0; at < payload.length; at += 8) {
            byte[] piece = Arrays.copyOfRange(payload, at, at + 8);
            host.receive(Frames.ipv4(17, 1, at / 8 | (at + 8 < payload.length ? MORE : 0), piece));
        }
        assertEquals(0, LoneStack.datagrams(endpoint).size());
        assertEquals(1, host.stack.counters.ipv4.reassemblyFails - host.stack.counters.ipv4.reassemblyTimeouts);
    }

    @Test
    void errorsThatNobodyReadsAreBounded() {
        endpoint.wantsErrors = true;
        byte[] quoted = new byte[28];
        byte[] ours = Frames.ipv4(0x0a000001, 0x0a000002, 17, 64, 0, 0, Frames.udp4(7, 9, new byte[0]));
        System.arraycopy(ours, 14, quoted, 0, 28);
        byte[] message = Frames.join(new byte[] {3, 3, 0, 0, 0, 0, 0, 0}, quoted);
        int sum = ~Frames.sum(0, message);
        message[2] = (byte) (sum >>> 8);
        message[3] = (byte) sum;
        for (int i = 0; i < 2 * ERRORS_KEPT; i++) {
            host.receive(Frames.ipv4(Ip.ICMP, i, 0, message));
        }
        assertEquals(ERRORS_KEPT, host.stack.packets().inUse());
        for (int i = 0; i < ERRORS_KEPT; i++) {
            endpoint.dropError();
        }
        assertEquals(null, endpoint.firstError());
        host.receive(Frames.ipv4(Ip.ICMP, 99, 0, message));
        assertEquals(ECONNREFUSED, endpoint.takeError());
    }

    @Test
    void complaintsAreSparing() {
        host.eth0.link.heard(0, LoneStack.ipv4(2), 0x0200_0000_0002L, true, 0);
        for (int i = 0; i < 2 * ERRORS_A_SECOND; i++) {
            host.receive(Frames.ipv4(17, i, 0, Frames.udp4(9, 8, new byte[0])));
        }
        assertEquals(ERRORS_A_SECOND, host.sent.size());
        host.pass(1_000_000_000L);
        host.sent.clear();
        host.receive(Frames.ipv4(17, 0, 0, Frames.udp4(9, 8, new byte[0])));
        assertEquals(1, host.sent.size());
    }
}

package demitasse.net.dhcp;

import demitasse.device.net.Packet;
import demitasse.machine.Clock;
import demitasse.net.ip.RandomBits;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.stack.Route;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.DhcpMessage;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/** The client of one interface; the states are those of RFC 2131 §4.4, figure 5. */
public final class DhcpClient {
    private static final int CLIENT_PORT = 68;
    private static final int SERVER_PORT = 67;
    private static final int MAPPED_BITS = 96;
    private static final int BITS_DEFAULT = 24;
    private static final long SECOND_NS = 1_000_000_000L;
    /** Doubles with each attempt: 1 second to about a minute. The random part keeps hosts apart. */
    private static final int DOUBLINGS_MAX = 6;
    private static final long APART_NS_MASK = (1 << 29) - 1;
    private static final int REQUESTS_MAX = 4;
    /** While a lease lasts, RFC 2131 §4.4.5 asks again no sooner. */
    private static final long PATIENCE_NS = 60 * SECOND_NS;
    /** A server cannot make us ask all the time. */
    private static final long LEASE_MIN_S = 60;
    private static final long FOREVER_S = 0xffff_ffffL;

    private static final int SELECTING = 0;
    private static final int REQUESTING = 1;
    private static final int BOUND = 2;
    private static final int RENEWING = 3;
    private static final int REBINDING = 4;

    private final NetStack net;
    private final NetInterface through;
    private final Timers timers;
    private final Clock clock;
    private final RandomBits random;
    private final DhcpMessage message = new DhcpMessage();
    private final Timer patience = new Timer() {
        @Override
        protected void expired(long nowNs) {
            goOn(nowNs);
        }
    };
    /** Due at once when something has come: an endpoint is not to be called back from inside its call. */
    private final Timer arrival = new Timer() {
        @Override
        protected void expired(long nowNs) {
            arrived();
        }
    };
    private final UdpEndpoint endpoint = new UdpEndpoint(events -> noteArrival());
    private int state;
    private int transaction;
    private int attempts;
    /** How often a server has refused since the last lease. */
    private int refusals;
    private int address;
    private int server;
    /** What the lease has brought into the routing table: an IPv4 prefix counts 96 more; 0 for no router. */
    private int prefixBits;
    private int router;
    /** Of the lease: later messages, of other servers too, may name others. */
    private final int[] nameServers = new int[DhcpMessage.NAME_SERVERS_MAX];
    private int nameServerCount;
    /** When to ask the server, when every server, and when the address is no longer ours. */
    private long renewalNs;
    private long rebindingNs;
    private long endNs;

    public DhcpClient(NetStack net, NetInterface through, Timers timers, Clock clock, RandomBits random) {
        this.net = net;
        this.through = through;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
    }

    /** Begins to ask. */
    public void start() {
        endpoint.interfaceIndex = through.index;
        endpoint.binding.low = Ip.MAPPED;
        endpoint.binding.takesIpv4 = true;
        endpoint.binding.port = CLIENT_PORT;
        net.udp.ports.add(endpoint.binding);
        discover();
    }

    public boolean isBound() {
        return state >= BOUND;
    }

    /** What is leased; 0 for nothing. */
    public int address() {
        return isBound() ? address : 0;
    }

    public int nameServers() {
        return nameServerCount;
    }

    public int nameServer(int i) {
        return nameServers[i];
    }

    private void discover() {
        state = SELECTING;
        transaction = (int) random.bits();
        attempts = 0;
        if (refusals > 1) {
            // Who refuses what he has offered would be asked as fast as he answers.
            timers.arm(patience, clock.monotonicNs() + (SECOND_NS << Math.min(refusals, DOUBLINGS_MAX)));
        } else {
            ask(clock.monotonicNs());
        }
    }

    private void goOn(long nowNs) {
        switch (state) {
            case SELECTING -> ask(nowNs);
            case REQUESTING -> {
                if (attempts < REQUESTS_MAX) {
                    ask(nowNs);
                } else {
                    discover();
                }
            }
            default -> renew(nowNs);
        }
    }

    /** Asks for an offer, or for what was offered. */
    private void ask(long nowNs) {
        boolean selecting = state == SELECTING;
        send(selecting ? DhcpMessage.DISCOVER : DhcpMessage.REQUEST, 0, selecting ? 0 : address,
                selecting ? 0 : server, Ip.BROADCAST_IPV4);
        long delayNs = (SECOND_NS << Math.min(attempts, DOUBLINGS_MAX)) + (random.bits() & APART_NS_MASK);
        timers.arm(patience, nowNs + delayNs);
        attempts++;
    }

    /** Asks for more time; first its server, then all, then the address goes. */
    private void renew(long nowNs) {
        if (nowNs >= endNs) {
            lose();
            return;
        }
        state = nowNs < rebindingNs ? RENEWING : REBINDING;
        transaction = (int) random.bits();
        boolean all = state == REBINDING;
        send(DhcpMessage.REQUEST, address, 0, 0, all ? Ip.BROADCAST_IPV4 : Ip.mapped(server));
        long limitNs = all ? endNs : rebindingNs;
        timers.arm(patience, Math.min(limitNs, nowNs + Math.max(PATIENCE_NS, (limitNs - nowNs) / 2)));
    }

    private void send(int type, int client, int requested, int offerer, long target) {
        Packet packet = net.udp.prepare(DhcpMessage.BYTES);
        if (packet != null) {
            DhcpMessage.write(packet.append(DhcpMessage.BYTES), type, transaction, through.device.address(), client,
                    requested, offerer);
            net.udp.send(endpoint, packet, 0, target, SERVER_PORT, through.index);
        }
    }

    private void noteArrival() {
        timers.arm(arrival, 0);
    }

    private void arrived() {
        Packet packet = endpoint.first();
        while (packet != null) {
            if (message.parse(packet.address(), packet.length(), through.device.address())
                    && message.transaction == transaction) {
                take();
            }
            endpoint.drop();
            packet = endpoint.first();
        }
    }

    private void take() {
        if (state == SELECTING) {
            if (message.type == DhcpMessage.OFFER && isUsable(message.yours) && message.server != 0) {
                state = REQUESTING;
                address = message.yours;
                server = message.server;
                attempts = 0;
                ask(clock.monotonicNs());
            }
        } else if (state != BOUND && message.type == DhcpMessage.NAK) {
            refusals++;
            lose();
        } else if (state != BOUND && message.type == DhcpMessage.ACK && message.yours == address) {
            bind(clock.monotonicNs());
        }
    }

    private static boolean isUsable(int offered) {
        long low = Ip.mapped(offered);
        return offered != 0 && !Ip.isLoopback(0, low) && !Ip.isMulticast(0, low) && !Ip.isBroadcast(0, low);
    }

    private void bind(long nowNs) {
        boolean renewed = isBound();
        refusals = 0;
        state = BOUND;
        takeNetwork(renewed, MAPPED_BITS
                + (message.mask == 0 ? BITS_DEFAULT : Integer.numberOfLeadingZeros(~message.mask)));
        takeNameServers(renewed);
        if (message.server != 0) {
            server = message.server;
        }
        long lease = Integer.toUnsignedLong(message.leaseS);
        if (lease == FOREVER_S) {
            timers.cancel(patience);
            return;
        }
        lease = Math.max(lease, LEASE_MIN_S);
        long renewal = within(message.renewalS, 1, lease, lease / 2);
        long rebinding = within(message.rebindingS, renewal, lease, Math.max(renewal, lease * 7 / 8));
        renewalNs = nowNs + renewal * SECOND_NS;
        rebindingNs = nowNs + rebinding * SECOND_NS;
        endNs = nowNs + lease * SECOND_NS;
        timers.arm(patience, renewalNs);
    }

    /** RFC 2131 §4.4.5: a renewal is a lease with all that belongs to it, and may bring another mask and router. */
    private void takeNetwork(boolean renewed, int bits) {
        long low = Ip.mapped(address);
        if (!renewed || bits != prefixBits) {
            // The new one first, so that nothing is ever sent from elsewhere.
            net.routes.addAddress(through, 0, low, bits);
            int old = renewed ? through.find(0, low, prefixBits) : -1;
            if (old >= 0) {
                net.routes.removeAddress(through, old);
            }
            prefixBits = bits;
        }
        if (!renewed || message.router != router) {
            dropRouter();
            router = message.router;
            if (router != 0) {
                net.routes.addRoute(0, Ip.mapped(0), MAPPED_BITS, 0, Ip.mapped(router), through);
            }
        }
    }

    /** Takes away the way that a lease has brought, unless somebody has. */
    private void dropRouter() {
        for (int i = net.routes.routeCount() - 1; i >= 0 && router != 0; i--) {
            Route one = net.routes.route(i);
            if (one.through == through && one.protocol == 0 && one.bits == MAPPED_BITS && one.gatewayHigh == 0
                    && one.gatewayLow == Ip.mapped(router)) {
                net.routes.removeRoute(i);
            }
        }
        router = 0;
    }

    private void takeNameServers(boolean renewed) {
        boolean same = nameServerCount == message.nameServerCount;
        for (int i = 0; i < message.nameServerCount; i++) {
            same &= nameServers[i] == message.nameServers[i];
            nameServers[i] = message.nameServers[i];
        }
        nameServerCount = message.nameServerCount;
        if (renewed && !same) {
            net.nameServers.changed();
        }
    }

    private static long within(int told, long from, long to, long otherwise) {
        long value = Integer.toUnsignedLong(told);
        return value >= from && value <= to ? value : otherwise;
    }

    private void lose() {
        if (isBound()) {
            int leased = through.find(0, Ip.mapped(address), prefixBits);
            dropRouter();
            if (leased >= 0) {
                net.routes.removeAddress(through, leased);
            }
            if (through.firstIpv4() < 0) {
                // With the last address go all ways, as on Linux.
                net.routes.removeIpv4(through);
            }
        }
        discover();
    }
}

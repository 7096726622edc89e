package demitasse.net.dhcp;

import demitasse.device.net.Packet;
import demitasse.machine.Clock;
import demitasse.net.ip.RandomBits;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.stack.RouterNews;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Dhcp6Message;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/**
 * The client of DHCP for IPv6 of one interface, RFC 8415 §18.2: it begins when a router's advertisement says that
 * addresses are to be had so (M), or only servers of names (O), and asks for one address.
 */
public final class Dhcp6Client implements RouterNews {
    private static final int CLIENT_PORT = 546;
    private static final int SERVER_PORT = 547;
    /** All_DHCP_Relay_Agents_and_Servers, ff02::1:2. */
    private static final long SERVERS_HIGH = 0xff02L << 48;
    private static final long SERVERS_LOW = 0x1_0002;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long FOREVER_S = 0xffff_ffffL;
    /** RFC 8415 §7.6: how long to wait first and at most, by state; requests are not repeated for ever. */
    private static final long ASK_NS = SECOND_NS;
    private static final long ASK_MAX_NS = 3600 * SECOND_NS;
    private static final long REQUEST_MAX_NS = 30 * SECOND_NS;
    private static final int REQUESTS_MAX = 10;
    private static final long RENEW_NS = 10 * SECOND_NS;
    private static final long RENEW_MAX_NS = 600 * SECOND_NS;
    private static final int PREFERENCE_MAX = 255;
    /** IRT_DEFAULT: how long servers of names are good for where nothing else says so. */
    private static final long INFORMATION_NS = 86_400 * SECOND_NS;
    /** A server cannot make us ask all the time. */
    private static final long LEASE_MIN_S = 60;

    private static final int IDLE = 0;
    private static final int INFORMING = 1;
    private static final int INFORMED = 2;
    private static final int SOLICITING = 3;
    private static final int REQUESTING = 4;
    private static final int BOUND = 5;
    private static final int RENEWING = 6;
    private static final int REBINDING = 7;

    private final NetStack net;
    private final NetInterface through;
    private final Timers timers;
    private final Clock clock;
    private final RandomBits random;
    private final Dhcp6Message message = new Dhcp6Message();
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
            arrived(nowNs);
        }
    };
    private final UdpEndpoint endpoint = new UdpEndpoint(events -> timers().arm(arrival(), 0));
    private int state;
    private int transaction;
    private int attempts;
    private long begunNs;
    private long delayNs;
    /** Whom to ask for the address, and the address; of several servers the one that is preferred. */
    private final byte[] server = new byte[Dhcp6Message.SERVER_MAX_BYTES];
    private int serverBytes;
    private int preference;
    private long high;
    private long low;
    private long renewalNs;
    private long rebindingNs;
    private long endNs;

    public Dhcp6Client(NetStack net, NetInterface through, Timers timers, Clock clock, RandomBits random) {
        this.net = net;
        this.through = through;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
    }

    /** Waits for what routers say. */
    public void start() {
        endpoint.interfaceIndex = through.index;
        endpoint.multicastLoops = false;
        endpoint.binding.takesIpv6 = true;
        endpoint.binding.port = CLIENT_PORT;
        net.udp.ports.add(endpoint.binding);
        through.tellRouterNews(this);
    }

    private Timers timers() {
        return timers;
    }

    private Timer arrival() {
        return arrival;
    }

    public boolean isBound() {
        return state >= BOUND;
    }

    @Override
    public void advertised(boolean managed, boolean other) {
        boolean begins = managed ? state < SOLICITING : other && state == IDLE;
        if (begins) {
            enter(managed ? SOLICITING : INFORMING);
            // Many may have heard the router at once, §18.2.1.
            timers.arm(patience, clock.monotonicNs() + Long.remainderUnsigned(random.bits(), SECOND_NS));
        }
    }

    /** A state in which something is asked for, anew. */
    private void enter(int newState) {
        state = newState;
        transaction = (int) random.bits() & 0xff_ffff;
        attempts = 0;
        if (newState == SOLICITING) {
            serverBytes = 0;
            preference = -1;
        }
    }

    private void goOn(long nowNs) {
        boolean chosen = state == SOLICITING && serverBytes > 0;
        if (chosen || state == REQUESTING && attempts == REQUESTS_MAX) {
            enter(chosen ? REQUESTING : SOLICITING);
        } else if (state == INFORMED) {
            enter(INFORMING);
        } else if (state >= BOUND && nowNs >= endNs) {
            // The interface has lost the address by itself.
            enter(SOLICITING);
        } else if (state >= BOUND && state != REBINDING && nowNs >= rebindingNs) {
            enter(REBINDING);
        } else if (state == BOUND) {
            enter(RENEWING);
        }
        ask(nowNs);
    }

    private void ask(long nowNs) {
        begunNs = attempts == 0 ? nowNs : begunNs;
        int type = switch (state) {
            case INFORMING -> Dhcp6Message.INFORMATION_REQUEST;
            case SOLICITING -> Dhcp6Message.SOLICIT;
            case REQUESTING -> Dhcp6Message.REQUEST;
            case RENEWING -> Dhcp6Message.RENEW;
            default -> Dhcp6Message.REBIND;
        };
        boolean toOne = state == REQUESTING || state == RENEWING;
        boolean named = state >= REQUESTING;
        Packet packet = net.udp.prepare(Dhcp6Message.BYTES);
        if (packet != null) {
            int bytes = Dhcp6Message.write(packet.append(Dhcp6Message.BYTES), type, transaction,
                    through.device.address(), (nowNs - begunNs) / (SECOND_NS / 100), server, toOne ? serverBytes : 0,
                    named ? high : 0, named ? low : 0);
            packet.trim(bytes);
            net.udp.send(endpoint, packet, SERVERS_HIGH, SERVERS_LOW, SERVER_PORT, through.index);
        }
        attempts++;
        timers.arm(patience, nowNs + delay(nowNs));
    }

    /** RFC 8415 §15: twice as long each time, a tenth more or less, and no longer than the lease allows. */
    private long delay(long nowNs) {
        boolean renews = state >= RENEWING;
        long firstNs = renews ? RENEW_NS : ASK_NS;
        long maxNs = renews ? RENEW_MAX_NS : state == REQUESTING ? REQUEST_MAX_NS : ASK_MAX_NS;
        delayNs = Math.min(maxNs, attempts == 1 ? firstNs : 2 * delayNs);
        long tenth = delayNs / 10;
        long shift = Long.remainderUnsigned(random.bits(), tenth);
        // The first that solicits is never early: answers may be compared until then, §18.2.1.
        long waitNs = delayNs + (state == SOLICITING || (random.bits() & 1) == 0 ? shift : -shift);
        long limitNs = state == RENEWING ? rebindingNs : state == REBINDING ? endNs : Long.MAX_VALUE;
        return Math.min(waitNs, Math.max(0, limitNs - nowNs));
    }

    private void arrived(long nowNs) {
        Packet packet = endpoint.first();
        while (packet != null) {
            if (message.parse(packet.address(), packet.length(), through.device.address())
                    && message.transaction == transaction) {
                take(nowNs);
            }
            endpoint.drop();
            packet = endpoint.first();
        }
    }

    private void take(long nowNs) {
        boolean replied = message.type == Dhcp6Message.REPLY;
        if (state == SOLICITING && message.type == Dhcp6Message.ADVERTISE) {
            offered(nowNs);
        } else if (state == INFORMING && replied) {
            takeNameServers(nowNs, nowNs + INFORMATION_NS);
            state = INFORMED;
            timers.arm(patience, nowNs + INFORMATION_NS);
        } else if ((state == REQUESTING || state >= RENEWING) && replied) {
            if (message.status == 0 && message.hasAddress) {
                bind(nowNs);
            } else if (state == REQUESTING || message.status != 0) {
                // NoAddrsAvail, NoBinding and their like: what is still held runs out by itself.
                enter(SOLICITING);
                timers.arm(patience, nowNs + SECOND_NS);
            }
        }
    }

    /** The first exchange compares servers for as long as it waits, unless one must be taken; later ones do not. */
    private void offered(long nowNs) {
        if (message.status != 0 || !message.hasAddress || message.preference <= preference) {
            return;
        }
        preference = message.preference;
        keepServer();
        high = message.high;
        low = message.low;
        if (preference == PREFERENCE_MAX || attempts > 1) {
            goOn(nowNs);
        }
    }

    private void keepServer() {
        serverBytes = message.serverBytes;
        for (int i = 0; i < serverBytes; i++) {
            server[i] = (byte) Bytes.byteAt(message.server + i);
        }
    }

    private void bind(long nowNs) {
        high = message.high;
        low = message.low;
        keepServer();
        long valid = Math.max(message.validS, LEASE_MIN_S);
        endNs = untilNs(valid, nowNs);
        through.lease(high, low, endNs, untilNs(message.preferredS, nowNs));
        takeNameServers(nowNs, endNs);
        long preferred = Math.max(Math.min(message.preferredS, valid), LEASE_MIN_S);
        // §21.4: a server that says nothing leaves the times to us.
        long renewal = message.renewalS == 0 ? preferred / 2 : message.renewalS;
        long rebinding = message.rebindingS == 0 ? preferred * 4 / 5 : message.rebindingS;
        rebindingNs = Math.min(endNs, untilNs(Math.max(LEASE_MIN_S / 2, rebinding), nowNs));
        renewalNs = Math.min(rebindingNs, untilNs(Math.max(LEASE_MIN_S / 4, renewal), nowNs));
        state = BOUND;
        if (renewalNs == Long.MAX_VALUE) {
            timers.cancel(patience);
        } else {
            timers.arm(patience, renewalNs);
        }
    }

    private void takeNameServers(long nowNs, long endOfThemNs) {
        for (int i = 0; i < message.nameServerCount; i++) {
            net.nameServers.heard(message.nameServerHighs[i], message.nameServerLows[i], endOfThemNs, nowNs);
        }
    }

    private static long untilNs(long seconds, long nowNs) {
        return seconds == FOREVER_S ? Long.MAX_VALUE : nowNs + seconds * SECOND_NS;
    }
}

package demitasse.net.stack;

import demitasse.base.annotation.ColdPath;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv6Header;
import demitasse.net.wire.NdpMessage;
import demitasse.sched.timer.Timer;

/**
 * The IPv6 addresses of one interface: whether another has them too (RFC 4862 §5.4), those that routers let us make
 * (§5.5), with identifiers that are the same as long as the instance runs and tell nothing (RFC 7217), and the routes
 * that routers tell of (RFC 4861 §6.3). All of it is bounded; a router beyond the bound is not heard.
 */
final class Slaac extends Timer {
    static final int ROUTERS_MAX = 4;
    static final int PREFIXES_MAX = 8;
    private static final int ADDRESSES_MAX = 8;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000;
    private static final long FOREVER_S = 0xffff_ffffL;
    private static final long TWO_HOURS_S = 7200;
    private static final long LINK_LOCAL = 0xfe80L << 48;
    private static final int PREFIX_BITS = 64;
    /** RFC 4861 §10, RFC 7217 §8. */
    private static final int SOLICITATIONS = 3;
    private static final long SOLICITATION_NS = 4 * NS_PER_S;
    private static final int DUPLICATES_MAX = 3;

    private final NetInterface own;
    private final NetStack stack;
    private int solicitationsLeft;
    private long solicitNs;
    private int duplicates;
    /** What DHCPv6 has brought last. */
    private long leasedHigh;
    private long leasedLow;
    /** Null for nobody. */
    RouterNews news;

    Slaac(NetInterface own, NetStack stack) {
        this.own = own;
        this.stack = stack;
    }

    /** The link-local address, and the search for routers. */
    void start() {
        make(LINK_LOCAL, 0, 0);
        solicitationsLeft = SOLICITATIONS;
        // Many may have started together, RFC 4861 §6.3.7.
        solicitNs = stack.nowNs()
                + (own.probesDuplicates ? Long.remainderUnsigned(stack.random(), NS_PER_S) : 0);
        schedule();
    }

    /** RFC 7217 §5; some are reserved, RFC 5453. */
    private long identifier(long prefix) {
        long id = stack.identifier(prefix, own.index, duplicates);
        return id == 0 || id >>> 7 == 0xfdff_ffff_ffff_ff80L >>> 7 ? id + 1 << 8 : id;
    }

    /** An address is new: it is ours once nobody has objected for a while. */
    void begin(int index) {
        own.groups.join(Ndp.groupHigh(), Ndp.groupLow(own.low(index)));
        if (own.probesDuplicates) {
            own.setTentative(index, stack.nowNs() + NS_PER_S);
            own.ndp.probe(own.high(index), own.low(index));
            schedule();
        }
    }

    /** Another has it. One that we made is made anew, RFC 7217 §6. */
    void duplicate(int index) {
        stack.counters.duplicateAddresses++;
        long high = own.high(index);
        boolean made = own.isMade(index) || high == LINK_LOCAL;
        long validNs = own.validUntilNs(index);
        long preferredNs = own.preferredUntilNs(index);
        stack.routes.removeAddress(own, index);
        if (made && ++duplicates <= DUPLICATES_MAX) {
            make(high, validNs, preferredNs);
        }
    }

    /**
     * DHCPv6 has given an address, or more time: it is one of its own, without a network, RFC 8415 §18.2.10.1. One that
     * was there before is somebody else's, and lasts as he has said.
     */
    void lease(long high, long low, long validNs, long preferredNs) {
        if (own.find(high, low) < 0 && stack.routes.addAddress(own, high, low, 2 * PREFIX_BITS)) {
            leasedHigh = high;
            leasedLow = low;
        }
        int index = own.find(high, low);
        if (index >= 0 && high == leasedHigh && low == leasedLow) {
            own.setLifetimes(index, validNs, preferredNs, false);
            stack.routes.changed();
            schedule();
        }
    }

    private void make(long prefix, long validNs, long preferredNs) {
        if (prefix == LINK_LOCAL) {
            stack.routes.addAddress(own, prefix, identifier(prefix), PREFIX_BITS);
        } else if (own.addAddress(prefix, identifier(prefix), PREFIX_BITS)) {
            int index = own.addresses() - 1;
            own.setLifetimes(index, validNs, preferredNs, true);
            begin(index);
            stack.routes.changed();
        }
    }

    // ---- advertisements of routers ----

    @ColdPath("minutes apart")
    void advertised(long message, long end, PacketInfo info) {
        if (!Ip.isLinkLocal(info.sourceHigh, info.sourceLow)) {
            stack.counters.badDiscoveries++;
            return;
        }
        long nowNs = stack.nowNs();
        solicitationsLeft = 0;
        int lifetimeS = NdpMessage.lifetimeS(message);
        if (news != null) {
            news.advertised(NdpMessage.isManaged(message), NdpMessage.hasOther(message));
        }
        stack.routes.learn(own, 0, 0, 0, info.sourceHigh, info.sourceLow, lifetimeS == 0 ? 0
                : nowNs + lifetimeS * NS_PER_S, ROUTERS_MAX);
        long reachableMs = NdpMessage.reachableMs(message);
        if (reachableMs != 0) {
            own.link.setReachable(reachableMs * NS_PER_MS);
        }
        long options = message + NdpMessage.ROUTER_ADVERTISEMENT_BYTES;
        long mac = NdpMessage.link(options, end, NdpMessage.SOURCE_LINK);
        if (mac >= 0) {
            own.link.heard(info.sourceHigh, info.sourceLow, mac, true, nowNs);
        }
        for (long at = options; at < end; at += NdpMessage.optionBytes(at)) {
            int kind = NdpMessage.optionKind(at);
            if (kind == NdpMessage.MTU) {
                mtu(NdpMessage.mtuBytes(at));
            } else if (kind == NdpMessage.PREFIX && NdpMessage.optionBytes(at) == NdpMessage.PREFIX_BYTES) {
                prefix(at, nowNs);
            } else if (kind == NdpMessage.NAME_SERVERS) {
                nameServers(at, nowNs);
            }
        }
        schedule();
    }

    private void mtu(long bytes) {
        if (bytes >= Ipv6Header.MTU_MIN_BYTES && bytes <= own.mtuBytes() && bytes != own.mtu6Bytes) {
            own.mtu6Bytes = (int) bytes;
            stack.routes.changed();
        }
    }

    private void prefix(long option, long nowNs) {
        long high = Ip.high(NdpMessage.prefixAddress(option));
        long low = Ip.low(NdpMessage.prefixAddress(option));
        int bits = NdpMessage.prefixBits(option);
        long validS = NdpMessage.validS(option);
        long preferredS = NdpMessage.preferredS(option);
        int flags = NdpMessage.prefixFlags(option);
        if (bits > 128 || Ip.isLinkLocal(high, low) || Ip.isMulticast(high, low) || Ip.isMapped(high, low)) {
            return;
        }
        if ((flags & NdpMessage.ON_LINK) != 0 && bits > 0) {
            stack.routes.learn(own, high, low, bits, 0, 0, untilNs(validS, nowNs), PREFIXES_MAX);
        }
        if ((flags & NdpMessage.AUTONOMOUS) != 0 && bits == PREFIX_BITS && preferredS <= validS) {
            address(high, validS, preferredS, nowNs);
        }
    }

    private void nameServers(long option, long nowNs) {
        // The lifetime stands where that of a prefix does.
        long untilNs = untilNs(NdpMessage.validS(option), nowNs);
        for (int i = 0; i < NdpMessage.nameServers(option); i++) {
            long high = Ip.high(NdpMessage.nameServer(option, i));
            long low = Ip.low(NdpMessage.nameServer(option, i));
            if (!Ip.isMulticast(high, low) && !Ip.isMapped(high, low) && !Ip.isAny(high, low)) {
                stack.nameServers.heard(high, low, untilNs, nowNs);
            }
        }
    }

    /** RFC 4862 §5.5.3. */
    private void address(long prefix, long validS, long preferredS, long nowNs) {
        int made = 0;
        for (int i = 0; i < own.addresses(); i++) {
            made += own.isMade(i) ? 1 : 0;
            if (own.isMade(i) && own.high(i) == prefix) {
                // Nobody shortens what is left to less than two hours.
                long leftS = (own.validUntilNs(i) - nowNs) / NS_PER_S;
                boolean takes = validS > TWO_HOURS_S || validS > leftS;
                long validNs = takes ? untilNs(validS, nowNs)
                        : Math.min(own.validUntilNs(i), nowNs + TWO_HOURS_S * NS_PER_S);
                own.setLifetimes(i, validNs, untilNs(preferredS, nowNs), true);
                return;
            }
        }
        if (validS > 0 && made < ADDRESSES_MAX) {
            make(prefix, untilNs(validS, nowNs), untilNs(preferredS, nowNs));
        }
    }

    private static long untilNs(long seconds, long nowNs) {
        return seconds == FOREVER_S ? Long.MAX_VALUE : nowNs + seconds * NS_PER_S;
    }

    // ---- time ----

    private void schedule() {
        long nextNs = Math.min(own.nextChangeNs(), stack.routes.nextExpiryNs(own));
        nextNs = Math.min(nextNs, stack.nameServers.nextExpiryNs());
        nextNs = solicitationsLeft > 0 ? Math.min(nextNs, solicitNs) : nextNs;
        if (nextNs == Long.MAX_VALUE) {
            stack.timers.cancel(this);
        } else {
            stack.timers.arm(this, nextNs);
        }
    }

    @Override
    @ColdPath("addresses change rarely")
    protected void expired(long nowNs) {
        for (int i = own.addresses() - 1; i >= 0; i--) {
            if (own.validUntilNs(i) <= nowNs) {
                stack.routes.removeAddress(own, i);
            } else if (own.update(i, nowNs)) {
                stack.routes.changed();
            }
        }
        stack.routes.expire(own, nowNs);
        stack.nameServers.expire(nowNs);
        if (solicitationsLeft > 0 && solicitNs <= nowNs) {
            if (own.linkLocal() < 0) {
                solicitNs = nowNs + NS_PER_S / 8;
            } else {
                solicitationsLeft--;
                solicitNs = nowNs + SOLICITATION_NS;
                own.ndp.solicitRouters();
            }
        }
        schedule();
        own.device.flush();
    }
}

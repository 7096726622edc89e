package demitasse.net.stack;

import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.Hop;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.GroupMessage;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;
import demitasse.sched.timer.Timer;

/**
 * The groups that an interface listens to, and what routers hear of them: IGMPv3 and MLDv2 (RFC 3376, RFC 3810), and
 * the older versions while a router speaks one. Each group takes all sources. Changes are told twice, in case the first
 * is lost; its timer rings while something is to be told.
 */
final class Groups extends Timer {
    static final int GROUPS_MAX = 48;
    private static final int ROBUSTNESS = 2;
    private static final long NS_PER_MS = 1_000_000;
    private static final long REPORT_INTERVAL_MS = 1000;
    private static final long OLDER_ROUTER_NS = 400_000_000_000L;
    private static final long ALL_HOSTS = Ip.mapped(0xe000_0001);
    private static final long ALL_ROUTERS_V4 = Ip.mapped(0xe000_0002);
    private static final long REPORTS_V4 = Ip.mapped(0xe000_0016);
    private static final long LINK_SCOPE = 0xff02L << 48;

    private final NetInterface own;
    private final NetStack stack;
    private final Hop hop = new Hop();
    private final long[] highs = new long[GROUPS_MAX];
    private final long[] lows = new long[GROUPS_MAX];
    /** How many want it; one that nobody wants is kept until the routers know. */
    private final int[] users = new int[GROUPS_MAX];
    /** How often its change is still to be told. */
    private final int[] changes = new int[GROUPS_MAX];
    /** When to tell; 0 for never. */
    private final long[] dueNs = new long[GROUPS_MAX];
    private int count;
    /** Until when, and which version, an older router speaks. */
    private long olderV4Ns;
    private long olderV6Ns;
    private boolean oldestV4;

    Groups(NetInterface own, NetStack stack) {
        this.own = own;
        this.stack = stack;
        hop.interfaceIndex = own.index;
        hop.mtuBytes = own.mtuBytes();
    }

    @HotPath("per packet")
    boolean isMember(long high, long low) {
        if (isAllNodes(high, low)) {
            return true;
        }
        int index = find(high, low);
        return index >= 0 && users[index] > 0;
    }

    private static boolean isAllNodes(long high, long low) {
        return low == ALL_HOSTS && high == 0 || low == 1 && (high == LINK_SCOPE || high == 0xff01L << 48);
    }

    private int find(long high, long low) {
        for (int i = 0; i < count; i++) {
            if (lows[i] == low && highs[i] == high) {
                return i;
            }
        }
        return -1;
    }

    /** 0 or -ENOBUFS. */
    int join(long high, long low) {
        int index = find(high, low);
        if (index < 0) {
            if (count == GROUPS_MAX) {
                return -ENOBUFS;
            }
            index = count++;
            highs[index] = high;
            lows[index] = low;
            users[index] = 0;
            dueNs[index] = 0;
        }
        if (users[index]++ == 0) {
            change(index);
        }
        return 0;
    }

    void leave(long high, long low) {
        int index = find(high, low);
        if (index >= 0 && users[index] > 0 && --users[index] == 0) {
            change(index);
        }
    }

    /** Nobody hears of a group that all are in, or of one that does not leave this machine, RFC 3810 §6. */
    private void change(int index) {
        boolean silent = own.isLoopback || isAllNodes(highs[index], lows[index]) || highs[index] == 0xff01L << 48;
        changes[index] = silent ? 0 : ROBUSTNESS;
        if (silent) {
            remove(index);
        } else {
            due(index, stack.nowNs());
        }
    }

    private void remove(int index) {
        if (users[index] > 0) {
            return;
        }
        count--;
        highs[index] = highs[count];
        lows[index] = lows[count];
        users[index] = users[count];
        changes[index] = changes[count];
        dueNs[index] = dueNs[count];
    }

    private void due(int index, long whenNs) {
        dueNs[index] = dueNs[index] == 0 ? whenNs : Math.min(dueNs[index], whenNs);
        if (!isArmed() || dueNs[index] < deadlineNs()) {
            stack.timers.arm(this, dueNs[index]);
        }
    }

    // ---- questions of routers ----

    /** An IGMP message. */
    @ColdPath("minutes apart")
    void igmp(Packet packet, PacketInfo info) {
        long message = packet.address();
        int length = packet.length();
        if (length < GroupMessage.IGMP_BYTES || !Checksum.isRight(Checksum.add(0, message, length))) {
            stack.counters.badGroupMessages++;
            return;
        }
        if (IcmpHeader.type(message) != GroupMessage.IGMP_QUERY) {
            return;
        }
        boolean v3 = length >= GroupMessage.IGMP_QUERY_V3_BYTES;
        long delayMs = GroupMessage.igmpDelayMs(message, v3);
        if (!v3) {
            oldestV4 = delayMs == 0;
            olderV4Ns = stack.nowNs() + OLDER_ROUTER_NS;
        }
        int group = GroupMessage.igmpGroup(message);
        query(true, 0, Ip.mapped(group), group == 0, delayMs == 0 ? 10_000 : delayMs);
    }

    /** A query of MLD, whose checksum was right. */
    @ColdPath("minutes apart")
    void mld(Packet packet, PacketInfo info) {
        long message = packet.address();
        if (packet.length() < GroupMessage.MLD_BYTES || info.timeToLive != 1
                || !Ip.isLinkLocal(info.sourceHigh, info.sourceLow)) {
            stack.counters.badGroupMessages++;
            return;
        }
        boolean v2 = packet.length() >= GroupMessage.MLD_QUERY_V2_BYTES;
        if (!v2) {
            olderV6Ns = stack.nowNs() + OLDER_ROUTER_NS;
        }
        long high = Ip.high(GroupMessage.mldGroupAddress(message));
        long low = Ip.low(GroupMessage.mldGroupAddress(message));
        query(false, high, low, high == 0 && low == 0, GroupMessage.mldDelayMs(message, v2));
    }

    private void query(boolean v4, long high, long low, boolean all, long delayMs) {
        for (int i = 0; i < count; i++) {
            boolean asked = all ? Ip.isMapped(highs[i], lows[i]) == v4 : highs[i] == high && lows[i] == low;
            if (asked && users[i] > 0) {
                due(i, stack.nowNs() + Long.remainderUnsigned(stack.random(), delayMs + 1) * NS_PER_MS);
            }
        }
    }

    // ---- reports ----

    @Override
    @ColdPath("a group is joined, or a router asks")
    protected void expired(long nowNs) {
        report(true, nowNs);
        report(false, nowNs);
        long nextNs = Long.MAX_VALUE;
        for (int i = count - 1; i >= 0; i--) {
            if (dueNs[i] == 0 && changes[i] == 0) {
                remove(i);
            } else if (dueNs[i] != 0) {
                nextNs = Math.min(nextNs, Math.max(dueNs[i], nowNs + NS_PER_MS));
            }
        }
        if (nextNs != Long.MAX_VALUE) {
            stack.timers.arm(this, nextNs);
        }
        own.device.flush();
    }

    /** Tells of the groups of one family that are due: one by one to older routers, else together. */
    @ColdPath("a group is joined, or a router asks")
    private void report(boolean v4, long nowNs) {
        boolean older = nowNs < (v4 ? olderV4Ns : olderV6Ns);
        int records = 0;
        Packet packet = null;
        long at = 0;
        for (int i = 0; i < count; i++) {
            if (dueNs[i] == 0 || dueNs[i] > nowNs || Ip.isMapped(highs[i], lows[i]) != v4) {
                continue;
            }
            if (older) {
                reportOlder(i, v4);
            } else {
                packet = packet == null ? stack.packets().take(own.mtuBytes()) : packet;
                if (packet == null) {
                    return;
                }
                at = records++ == 0 ? packet.append(GroupMessage.REPORT_BYTES) : at;
                int kind = changes[i] == 0 ? GroupMessage.IS_EXCLUDE
                        : users[i] > 0 ? GroupMessage.TO_EXCLUDE : GroupMessage.TO_INCLUDE;
                GroupMessage.putRecord(packet.append(GroupMessage.RECORD_BYTES + (v4 ? 4 : 16)), kind, highs[i],
                        lows[i]);
            }
            changes[i] -= changes[i] > 0 ? 1 : 0;
            dueNs[i] = changes[i] == 0 ? 0 : nowNs + NS_PER_MS
                    * (1 + Long.remainderUnsigned(stack.random(), REPORT_INTERVAL_MS));
        }
        if (packet != null) {
            GroupMessage.writeReport(at, v4 ? GroupMessage.IGMP_REPORT_V3 : GroupMessage.MLD_REPORT_V2, records);
            send(packet, v4 ? 0 : LINK_SCOPE, v4 ? REPORTS_V4 : 0x16, v4);
        }
    }

    private void reportOlder(int index, boolean v4) {
        boolean leaves = users[index] == 0;
        // Version 1 of IGMP has no word for it.
        Packet packet = leaves && v4 && oldestV4 ? null : stack.packets().take(GroupMessage.MLD_BYTES);
        if (packet == null) {
            return;
        }
        int type = v4 ? leaves ? GroupMessage.IGMP_LEAVE
                : oldestV4 ? GroupMessage.IGMP_REPORT_V1 : GroupMessage.IGMP_REPORT_V2
                : leaves ? GroupMessage.MLD_DONE : GroupMessage.MLD_REPORT;
        long message = packet.append(v4 ? GroupMessage.IGMP_BYTES : GroupMessage.MLD_BYTES);
        IcmpHeader.write(message, type, 0, 0);
        GroupMessage.putGroup(message + (v4 ? 4 : 8), highs[index], lows[index]);
        long high = leaves ? v4 ? 0 : LINK_SCOPE : highs[index];
        send(packet, high, leaves ? v4 ? ALL_ROUTERS_V4 : 2 : lows[index], v4);
    }

    /** Puts the headers before a message: with a hop limit of one, and the alert that routers look for. */
    @ColdPath("a group is joined, or a router asks")
    private void send(Packet packet, long high, long low, boolean v4) {
        long message = packet.address();
        int length = packet.length();
        int source = v4 ? own.firstIpv4() : own.linkLocal();
        long sourceHigh = source < 0 ? 0 : own.high(source);
        long sourceLow = source < 0 ? v4 ? Ip.MAPPED : 0 : own.low(source);
        IcmpHeader.seal(message, length, v4 ? 0
                : Checksum.pseudo(sourceHigh, sourceLow, high, low, Ip.ICMPV6, length));
        if (v4) {
            GroupMessage.putAlert(packet.push(GroupMessage.ALERT_BYTES));
            int total = packet.length() + Ipv4Header.BYTES;
            Ipv4Header.writeAlerting(packet.push(Ipv4Header.BYTES), total, 1, Ip.IGMP, sourceLow, low);
        } else {
            GroupMessage.putAlertHeader(packet.push(GroupMessage.ALERT_HEADER_BYTES));
            int payloadBytes = packet.length();
            long header = packet.push(Ipv6Header.BYTES);
            Ipv6Header.write(header, 0, payloadBytes, Ipv6Header.HOP_BY_HOP, 1);
            Ipv6Header.putAddresses(header, sourceHigh, sourceLow, high, low);
        }
        hop.nextHigh = high;
        hop.nextLow = low;
        stack.counters.groupReports++;
        stack.transmit(packet, hop);
    }
}

package demitasse.net.stack;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.net.icmp.Icmp;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/**
 * Datagrams of which only fragments have come, RFC 791 §3.2 and RFC 8200 §4.5. The fragments wait as they are, sorted,
 * and are copied together once; RFC 815's descriptors of holes save nothing then. One that overlaps another ends the
 * whole datagram (RFC 5722, and Linux for IPv4 too), only an exact repetition is passed over. The number of datagrams,
 * of fragments in each and the memory of all together are bounded: the oldest datagram goes first.
 */
final class Reassembly extends Timer {
    static final int DATAGRAMS_MAX = 64;
    /** The largest datagram in links of 552 bytes. */
    static final int FRAGMENTS_MAX = 128;
    static final long HELD_MAX_BYTES = 1 << 20;
    /** ipfrag_time of Linux, and RFC 8200. */
    private static final long IPV4_LIMIT_NS = 30_000_000_000L;
    private static final long IPV6_LIMIT_NS = 60_000_000_000L;
    private static final int PAYLOAD_MAX_BYTES = 65_535;
    /** A packet this much larger than what it holds is exchanged. */
    private static final int WASTE_MAX_BYTES = 4096;

    /** One datagram; a free one has no fragment. */
    private static final class Partial {
        long sourceHigh;
        long sourceLow;
        long targetHigh;
        long targetLow;
        int protocol;
        int identification;
        int interfaceIndex;
        Packet first;
        Packet last;
        int count;
        int bytes;
        /** -1 while the last fragment is missing. */
        int totalBytes;
        /** RFC 3168 §5.3: a mark on one is a mark on all. */
        int congestion;
        long heldBytes;
        long deadlineNs;
    }

    private final PacketPool packets;
    private final NetCounters counters;
    private final Icmp icmp;
    private final Timers timers;
    private final PacketInfo quoted = new PacketInfo();
    private final Partial[] partials = new Partial[DATAGRAMS_MAX];
    private final long heldMaxBytes;
    private long heldBytes;

    Reassembly(PacketPool packets, NetCounters counters, Icmp icmp, Timers timers, long memoryBytes) {
        this.packets = packets;
        this.counters = counters;
        this.icmp = icmp;
        this.timers = timers;
        heldMaxBytes = Math.min(HELD_MAX_BYTES, memoryBytes);
    }

    /** What all fragments that wait take up. */
    long heldBytes() {
        return heldBytes;
    }

    /**
     * Takes a fragment, which begins with its payload; its headers stand in front.
     *
     * @param protocol 0 where it does not tell datagrams apart
     * @return the whole datagram, in a packet like that of one that was never cut; null while there is none
     */
    @ColdPath("fragments are the exception; partials are made once and used again")
    Packet add(Packet fragment, PacketInfo info, int protocol, int identification, int offset, boolean more,
            long nowNs) {
        boolean v4 = Ip.isMapped(info.sourceHigh, info.sourceLow);
        IpCounters count = counters.of(v4);
        count.reassemblyNeeded++;
        int length = fragment.length();
        boolean sane = length > 0 && (!more || (length & 7) == 0) && offset + length <= PAYLOAD_MAX_BYTES;
        Packet kept = sane ? compact(fragment) : null;
        Partial partial = kept == null ? null : find(info, protocol, identification, v4, nowNs);
        if (partial == null) {
            count.reassemblyFails++;
            (kept == null ? fragment : kept).release();
            return null;
        }
        kept.fragmentOffset = offset;
        if (!insert(partial, kept, more, count)) {
            return null;
        }
        partial.congestion |= (info.service & 3) == 3 ? 3 : 0;
        if (partial.bytes == partial.totalBytes) {
            return join(partial, info, v4, count);
        }
        while (heldBytes > heldMaxBytes) {
            evict();
        }
        return null;
    }

    /** The fragment in a packet of its size; null, and the fragment stays the caller's, when there is none. */
    private Packet compact(Packet fragment) {
        int header = (int) (fragment.address() - fragment.networkHeader);
        if (fragment.capacityBytes() - fragment.length() < WASTE_MAX_BYTES) {
            return fragment;
        }
        Packet smaller = packets.take(header + fragment.length());
        if (smaller != null) {
            Bytes.copy(fragment.networkHeader, smaller.append(header + fragment.length()), header + fragment.length());
            smaller.networkHeader = smaller.address();
            smaller.pull(header);
            smaller.interfaceIndex = fragment.interfaceIndex;
            fragment.release();
        }
        return smaller;
    }

    private Partial find(PacketInfo info, int protocol, int identification, boolean v4, long nowNs) {
        int free = -1;
        for (int i = 0; i < DATAGRAMS_MAX; i++) {
            Partial one = partials[i];
            if (one == null || one.first == null) {
                free = i;
            } else if (one.identification == identification && one.protocol == protocol
                    && one.sourceLow == info.sourceLow && one.targetLow == info.targetLow
                    && one.sourceHigh == info.sourceHigh && one.targetHigh == info.targetHigh
                    && one.interfaceIndex == info.interfaceIndex) {
                return one;
            }
        }
        if (free < 0) {
            evict();
            return find(info, protocol, identification, v4, nowNs);
        }
        Partial fresh = partials[free] == null ? new Partial() : partials[free];
        partials[free] = fresh;
        fresh.sourceHigh = info.sourceHigh;
        fresh.sourceLow = info.sourceLow;
        fresh.targetHigh = info.targetHigh;
        fresh.targetLow = info.targetLow;
        fresh.protocol = protocol;
        fresh.identification = identification;
        fresh.interfaceIndex = info.interfaceIndex;
        fresh.totalBytes = -1;
        fresh.deadlineNs = nowNs + (v4 ? IPV4_LIMIT_NS : IPV6_LIMIT_NS);
        if (!isArmed() || deadlineNs() > fresh.deadlineNs) {
            timers.arm(this, fresh.deadlineNs);
        }
        return fresh;
    }

    /** False when the fragment, and perhaps the datagram with it, is gone. */
    private boolean insert(Partial partial, Packet fragment, boolean more, IpCounters count) {
        int start = fragment.fragmentOffset;
        int end = start + fragment.length();
        Packet before = null;
        if (partial.last != null && partial.last.fragmentOffset < start) {
            before = partial.last;
        } else {
            for (Packet at = partial.first; at != null && at.fragmentOffset < start; at = at.next) {
                before = at;
            }
        }
        Packet after = before == null ? partial.first : before.next;
        if (after != null && after.fragmentOffset == start && after.length() == fragment.length()) {
            fragment.release();
            return false;
        }
        boolean overlaps = before != null && before.fragmentOffset + before.length() > start
                || after != null && after.fragmentOffset < end;
        boolean known = partial.totalBytes >= 0;
        boolean beyond = known && (end > partial.totalBytes || !more && end != partial.totalBytes)
                || !more && after != null;
        if (overlaps || beyond || partial.count == FRAGMENTS_MAX) {
            count.reassemblyOverlaps += overlaps || beyond ? 1 : 0;
            count.reassemblyFails++;
            fragment.release();
            drop(partial);
            return false;
        }
        partial.totalBytes = more ? partial.totalBytes : end;
        fragment.next = after;
        if (before == null) {
            partial.first = fragment;
        } else {
            before.next = fragment;
        }
        partial.last = after == null ? fragment : partial.last;
        partial.count++;
        partial.bytes += fragment.length();
        partial.heldBytes += fragment.capacityBytes();
        heldBytes += fragment.capacityBytes();
        return true;
    }

    private Packet join(Partial partial, PacketInfo info, boolean v4, IpCounters count) {
        Packet first = partial.first;
        int headerBytes = v4 ? (int) (first.address() - first.networkHeader) : Ipv6Header.BYTES;
        Packet whole = headerBytes + partial.totalBytes > PAYLOAD_MAX_BYTES && v4 ? null
                : packets.take(partial.totalBytes);
        if (whole == null) {
            count.inDiscards++;
            count.reassemblyFails++;
            drop(partial);
            return null;
        }
        for (Packet at = first; at != null; at = at.next) {
            Bytes.copy(at.address(), whole.append(at.length()), at.length());
        }
        whole.networkHeader = whole.push(headerBytes);
        Bytes.copy(first.networkHeader, whole.networkHeader, headerBytes);
        if (v4) {
            Ipv4Header.joined(whole.networkHeader, whole.length());
        } else {
            info.protocol = Bytes.byteAt(first.address() - Ipv6Header.EXTENSION_BYTES);
            Ipv6Header.joined(whole.networkHeader, partial.totalBytes, info.protocol);
        }
        whole.pull(headerBytes);
        whole.interfaceIndex = partial.interfaceIndex;
        info.service |= partial.congestion;
        drop(partial);
        count.reassembled++;
        return whole;
    }

    private void evict() {
        Partial oldest = null;
        for (Partial one : partials) {
            if (one != null && one.first != null && (oldest == null || one.deadlineNs < oldest.deadlineNs)) {
                oldest = one;
            }
        }
        IpCounters count = counters.of(Ip.isMapped(oldest.sourceHigh, oldest.sourceLow));
        count.reassemblyEvictions++;
        count.reassemblyFails++;
        drop(oldest);
    }

    /** Frees a partial and all of its fragments. */
    private void drop(Partial partial) {
        Packet following;
        for (Packet at = partial.first; at != null; at = following) {
            following = at.next;
            at.release();
        }
        heldBytes -= partial.heldBytes;
        partial.first = null;
        partial.last = null;
        partial.count = 0;
        partial.bytes = 0;
        partial.heldBytes = 0;
        partial.congestion = 0;
    }

    @Override
    protected void expired(long nowNs) {
        long nextNs = Long.MAX_VALUE;
        for (Partial one : partials) {
            if (one == null || one.first == null) {
                continue;
            }
            if (one.deadlineNs > nowNs) {
                nextNs = Math.min(nextNs, one.deadlineNs);
                continue;
            }
            boolean v4 = Ip.isMapped(one.sourceHigh, one.sourceLow);
            IpCounters count = counters.of(v4);
            count.reassemblyTimeouts++;
            count.reassemblyFails++;
            if (one.first.fragmentOffset == 0) {
                timedOut(one, v4, nowNs);
            }
            drop(one);
        }
        if (nextNs != Long.MAX_VALUE) {
            timers.arm(this, nextNs);
        }
    }

    /** Tells the sender, which only the first fragment allows: RFC 792, RFC 4443 §3.3. */
    private void timedOut(Partial one, boolean v4, long nowNs) {
        quoted.sourceHigh = one.sourceHigh;
        quoted.sourceLow = one.sourceLow;
        quoted.targetHigh = one.targetHigh;
        quoted.targetLow = one.targetLow;
        quoted.interfaceIndex = one.interfaceIndex;
        quoted.isToMany = Ip.isMulticast(one.targetHigh, one.targetLow)
                || Ip.isBroadcast(one.targetHigh, one.targetLow);
        icmp.complain(one.first, quoted, v4 ? IcmpHeader.TIME_EXCEEDED : IcmpHeader.V6_TIME_EXCEEDED,
                IcmpHeader.REASSEMBLY_EXCEEDED, 0, nowNs);
    }
}

package demitasse.net.stack;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.Hop;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.NdpMessage;

/**
 * Neighbour discovery of one interface, RFC 4861: questions and answers about addresses, and the messages of routers,
 * which {@link Slaac} makes use of. Redirects are not followed, which §8.3 leaves to a host.
 */
final class Ndp {
    private static final long LINK_SCOPE = 0xff02L << 48;
    private static final long SOLICITED_NODE = 0x1_ff00_0000L;

    private final NetInterface own;
    private final NetStack stack;
    private final Hop hop = new Hop();

    Ndp(NetInterface own, NetStack stack) {
        this.own = own;
        this.stack = stack;
        hop.interfaceIndex = own.index;
        hop.mtuBytes = own.mtuBytes();
    }

    /** The group of an address, RFC 4291 §2.7.1; its upper half is the same for all. */
    static long groupLow(long low) {
        return SOLICITED_NODE | low & 0xff_ffff;
    }

    static long groupHigh() {
        return LINK_SCOPE;
    }

    /** A message whose checksum was right; the caller keeps the packet. */
    @ColdPath("seldom")
    void input(Packet packet, PacketInfo info) {
        long message = packet.address();
        long end = message + packet.length();
        int type = IcmpHeader.type(message);
        int bytes = switch (type) {
            case NdpMessage.ROUTER_SOLICITATION -> NdpMessage.ROUTER_SOLICITATION_BYTES;
            case NdpMessage.ROUTER_ADVERTISEMENT -> NdpMessage.ROUTER_ADVERTISEMENT_BYTES;
            default -> NdpMessage.BYTES;
        };
        // RFC 6980: never in fragments.
        if (info.timeToLive != NdpMessage.HOP_LIMIT || IcmpHeader.code(message) != 0 || packet.length() < bytes
                || info.isReassembled || type != NdpMessage.REDIRECT && !NdpMessage.areValid(message + bytes, end)) {
            stack.counters.badDiscoveries++;
            return;
        }
        switch (type) {
            case NdpMessage.SOLICITATION -> solicited(message, end, info);
            case NdpMessage.ADVERTISEMENT -> advertised(message, end, info);
            case NdpMessage.ROUTER_ADVERTISEMENT -> own.slaac.advertised(message, end, info);
            default -> stack.counters.ignoredDiscoveries++;
        }
    }

    /** RFC 4861 §7.2.3, RFC 4862 §5.4.3. */
    private void solicited(long message, long end, PacketInfo info) {
        long high = Ip.high(NdpMessage.targetAddress(message));
        long low = Ip.low(NdpMessage.targetAddress(message));
        long mac = NdpMessage.link(message + NdpMessage.BYTES, end, NdpMessage.SOURCE_LINK);
        boolean any = Ip.isAny(info.sourceHigh, info.sourceLow);
        boolean group = info.targetHigh == LINK_SCOPE && info.targetLow >>> 24 == SOLICITED_NODE >>> 24;
        if (Ip.isMulticast(high, low) || any && (mac >= 0 || !group)) {
            stack.counters.badDiscoveries++;
            return;
        }
        int index = own.find(high, low);
        if (index < 0) {
            return;
        }
        if (own.isTentative(index)) {
            if (any) {
                own.slaac.duplicate(index);
            }
            return;
        }
        if (!any && mac >= 0) {
            own.link.heard(info.sourceHigh, info.sourceLow, mac, true, stack.nowNs());
        }
        send(NdpMessage.ADVERTISEMENT, NdpMessage.OVERRIDES | (any ? 0 : NdpMessage.SOLICITED), high, low, high, low,
                any ? LINK_SCOPE : info.sourceHigh, any ? 1 : info.sourceLow, NdpMessage.TARGET_LINK);
    }

    /** RFC 4861 §7.2.5, RFC 4862 §5.4.4. */
    private void advertised(long message, long end, PacketInfo info) {
        long high = Ip.high(NdpMessage.targetAddress(message));
        long low = Ip.low(NdpMessage.targetAddress(message));
        int flags = IcmpHeader.word(message);
        boolean solicited = (flags & NdpMessage.SOLICITED) != 0;
        if (Ip.isMulticast(high, low) || info.isToMany && solicited) {
            stack.counters.badDiscoveries++;
            return;
        }
        int index = own.find(high, low);
        if (index >= 0) {
            if (own.isTentative(index)) {
                own.slaac.duplicate(index);
            }
            return;
        }
        own.link.answered(high, low, NdpMessage.link(message + NdpMessage.BYTES, end, NdpMessage.TARGET_LINK),
                solicited, (flags & NdpMessage.OVERRIDES) != 0, stack.nowNs());
    }

    /** Asks for a neighbour's hardware address. */
    void solicit(long high, long low, boolean isProbe) {
        int source = own.sourceFor(high, low);
        if (source >= 0) {
            send(NdpMessage.SOLICITATION, 0, high, low, own.high(source), own.low(source),
                    isProbe ? high : LINK_SCOPE, isProbe ? low : groupLow(low), NdpMessage.SOURCE_LINK);
        }
    }

    /** Asks whether anyone has an address that is to become ours, RFC 4862 §5.4.2. */
    void probe(long high, long low) {
        send(NdpMessage.SOLICITATION, 0, high, low, 0, 0, LINK_SCOPE, groupLow(low), 0);
    }

    /** Asks for routers. */
    void solicitRouters() {
        int source = own.linkLocal();
        Packet packet = stack.packets().take(NdpMessage.BYTES);
        if (packet != null) {
            IcmpHeader.write(packet.append(NdpMessage.ROUTER_SOLICITATION_BYTES), NdpMessage.ROUTER_SOLICITATION, 0,
                    0);
            finish(packet, source < 0 ? 0 : own.high(source), source < 0 ? 0 : own.low(source), LINK_SCOPE, 2,
                    source < 0 ? 0 : NdpMessage.SOURCE_LINK);
        }
    }

    private void send(int type, int flags, long aboutHigh, long aboutLow, long sourceHigh, long sourceLow,
            long targetHigh, long targetLow, int linkOption) {
        Packet packet = stack.packets().take(NdpMessage.BYTES + NdpMessage.LINK_BYTES);
        if (packet != null) {
            NdpMessage.write(packet.append(NdpMessage.BYTES), type, flags, aboutHigh, aboutLow);
            finish(packet, sourceHigh, sourceLow, targetHigh, targetLow, linkOption);
        }
    }

    private void finish(Packet packet, long sourceHigh, long sourceLow, long targetHigh, long targetLow,
            int linkOption) {
        if (linkOption != 0) {
            NdpMessage.writeLink(packet.append(NdpMessage.LINK_BYTES), linkOption, own.device.address());
        }
        IcmpHeader.seal(packet.address(), packet.length(), Checksum.pseudo(sourceHigh, sourceLow, targetHigh,
                targetLow, Ip.ICMPV6, packet.length()));
        hop.nextHigh = targetHigh;
        hop.nextLow = targetLow;
        stack.send(packet, hop, sourceHigh, sourceLow, targetHigh, targetLow, Ip.ICMPV6, NdpMessage.HOP_LIMIT, 0,
                false);
    }
}

package demitasse.net.raw;

import demitasse.net.ip.Notified;
import demitasse.net.ip.PacketInfo;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;

/** A raw socket or one for echoes, without its descriptor. */
public final class RawEndpoint extends UdpEndpoint {
    public final boolean ipv6;
    /** SOCK_DGRAM, icmp(7): its "port" is the identifier of its echoes. */
    public final boolean isPing;
    /** Of {@link Ip}, or another. */
    public final int protocol;
    /** IP_HDRINCL, and IPPROTO_RAW of both families: what is sent begins with the IP header. */
    public boolean hasHeader;
    /** IPV6_CHECKSUM: where the kernel puts the checksum of what is sent and looks for it; -1 for nowhere. */
    public int checksumOffset = -1;
    /** ICMP_FILTER and ICMP6_FILTER: a set bit keeps a type out. */
    public final int[] filter = new int[8];
    RawEndpoint next;

    public RawEndpoint(Notified user, boolean ipv6, boolean isPing, int protocol) {
        super(user);
        this.ipv6 = ipv6;
        this.isPing = isPing;
        this.protocol = protocol;
        binding.takesIpv4 = !ipv6;
        binding.takesIpv6 = ipv6;
    }

    /** Whether a packet between these two is for it. */
    boolean matches(PacketInfo info) {
        boolean from = !connected || remote.high == info.sourceHigh && remote.low == info.sourceLow;
        return from && ipv6 != Ip.isMapped(info.sourceHigh, info.sourceLow)
                && (interfaceIndex == 0 || interfaceIndex == info.interfaceIndex)
                && (binding.isAny() || binding.match(info.targetHigh, info.targetLow) > 0);
    }

    boolean filters(int type) {
        return (filter[type >>> 5] >>> (type & 31) & 1) != 0;
    }
}

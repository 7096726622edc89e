package demitasse.net.tcp;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Ip;
import demitasse.net.wire.PacketFilter;

/** What few sockets ask of the segments that come: those that do not pass are as good as lost. */
public final class Admission {
    /** Headers are kept up to this: the extensions of IPv6 alone could be {@code 8 * 2048} bytes of a stranger's. */
    public static final int SAVED_BYTES_MAX = 256;

    /** SO_ATTACH_FILTER, socket(7); null for none. */
    public PacketFilter filter;
    /** IP_MINTTL and IPV6_MINHOPCOUNT, RFC 5082: who is further away is not meant. */
    public int leastTimeToLive;
    public int leastHopLimit;
    /** TCP_SAVE_SYN of a listener: 1 to keep the headers of each SYN from IP's on; 2 does no more here. */
    public int savesSyn;

    /** Null of null: a listener's later changes are not those of what it has accepted. */
    static Admission copyOf(Admission from) {
        if (from == null) {
            return null;
        }
        Admission copy = new Admission();
        copy.filter = from.filter;
        copy.leastTimeToLive = from.leastTimeToLive;
        copy.leastHopLimit = from.leastHopLimit;
        return copy;
    }

    @ColdPath("few sockets have one")
    boolean passes(Packet packet, PacketInfo info) {
        int least = Ip.isMapped(info.sourceHigh, info.sourceLow) ? leastTimeToLive : leastHopLimit;
        return info.timeToLive >= least && (filter == null
                || filter.run(packet.address(), packet.length(), 0, 0, 0, packet.interfaceIndex) != 0);
    }
}

package demitasse.net.tcp;

import demitasse.net.ip.KeyedHash;
import demitasse.net.ip.PacketInfo;
import demitasse.net.ip.RandomBits;
import demitasse.net.wire.TcpSegment;

/**
 * Handshakes that cost no memory, RFC 4987 §3.6, for a listener that has too many under way: what is to be remembered
 * of a SYN stands in our sequence number, and where the peer sends time stamps, in the low bits of ours. The sequence
 * number is a hash of who talks to whom, the peer's number, the minute and, in hiding, one of four segment sizes.
 */
final class SynCookies {
    /** How long after the last overflow cookies come back. */
    static final long LIFETIME_NS = 120_000_000_000L;
    private static final long PERIOD_NS = 60_000_000_000L;
    private static final int AGE_MAX = 2;
    private static final int LOW_BITS = 24;
    private static final int LOW_MASK = (1 << LOW_BITS) - 1;
    private static final int[] SEGMENTS = {536, 1220, 1440, 1460};
    /** Of a time stamp: the peer's scale, or 15 without; SACK; ECN. */
    private static final int STAMP_MASK = 63;
    private static final int NO_SCALE = 15;
    private static final int SACK = 16;
    private static final int ECN = 32;

    private final KeyedHash whole;
    private final KeyedHash hiding;

    SynCookies(RandomBits random) {
        whole = new KeyedHash(random.bits(), random.bits());
        hiding = new KeyedHash(random.bits(), random.bits());
    }

    private static int hash(KeyedHash hash, TcpSegment segment, PacketInfo info, int period) {
        return (int) hash.of(info.targetHigh, info.targetLow, info.sourceHigh ^ (long) period << 32, info.sourceLow,
                segment.targetPort << 16 | segment.sourcePort);
    }

    /** Our sequence number for a SYN. */
    int sequence(TcpSegment syn, PacketInfo info, long nowNs) {
        int wanted = syn.maximumSegment == 0 ? SEGMENTS[0] : syn.maximumSegment;
        int index = SEGMENTS.length - 1;
        while (index > 0 && SEGMENTS[index] > wanted) {
            index--;
        }
        int period = (int) (nowNs / PERIOD_NS) & 0xff;
        return hash(whole, syn, info, 0) + syn.sequence + (period << LOW_BITS)
                + (hash(hiding, syn, info, period) + index & LOW_MASK);
    }

    /** The segment size that an acknowledgement of such a number brings back; 0 when it is none of ours. */
    int segmentBytes(TcpSegment ack, PacketInfo info, long nowNs) {
        int rest = ack.acknowledgement - 1 - hash(whole, ack, info, 0) - (ack.sequence - 1);
        int period = rest >>> LOW_BITS;
        int age = (int) (nowNs / PERIOD_NS) - period & 0xff;
        int index = rest - hash(hiding, ack, info, period) & LOW_MASK;
        return age <= AGE_MAX && index < SEGMENTS.length ? SEGMENTS[index] : 0;
    }

    /** Our time stamp for a SYN, not later than now. */
    static int timestamp(int now, TcpSegment syn, boolean ecn) {
        int bits = (syn.scale < 0 ? NO_SCALE : syn.scale) | (syn.sackPermitted ? SACK : 0) | (ecn ? ECN : 0);
        int stamp = now & ~STAMP_MASK | bits;
        return stamp - now > 0 ? stamp - STAMP_MASK - 1 : stamp;
    }

    /** Fills in what the SYN said, from an acknowledgement of ours; true when ECN was agreed. */
    static boolean restore(TcpSegment ack, int segmentBytes) {
        ack.maximumSegment = segmentBytes;
        int bits = ack.hasTimestamps ? ack.timestampEcho & STAMP_MASK : NO_SCALE;
        ack.scale = (bits & NO_SCALE) == NO_SCALE ? -1 : bits & NO_SCALE;
        ack.sackPermitted = (bits & SACK) != 0;
        return (bits & ECN) != 0;
    }
}

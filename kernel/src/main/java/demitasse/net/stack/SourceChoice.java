package demitasse.net.stack;

import demitasse.net.wire.Ip;

/**
 * Which of an interface's addresses talks to a target: the rules of RFC 6724 §5 that can differ on one interface, in
 * their order, as bits of one number. An IPv4 address counts as mapped; there the longest prefix decides.
 */
final class SourceChoice {
    private static final int SAME = 1 << 20;
    private static final int SCOPE_SHIFT = 14;
    private static final int PREFERRED = 1 << 13;
    private static final int SAME_LABEL = 1 << 12;
    private static final int GLOBAL = 14;
    private static final int LINK = 2;

    private SourceChoice() {
    }

    /** How good a source is, more is better. */
    static int rank(long high, long low, int prefixBits, boolean deprecated, long targetHigh, long targetLow) {
        if (high == targetHigh && low == targetLow) {
            return SAME;
        }
        int scope = scope(high, low);
        // Of those that reach as far as the target the nearest, of the others the farthest.
        int rank = (scope >= scope(targetHigh, targetLow) ? 2 * GLOBAL + 2 - scope : scope) << SCOPE_SHIFT;
        rank |= deprecated ? 0 : PREFERRED;
        rank |= label(high, low) == label(targetHigh, targetLow) ? SAME_LABEL : 0;
        return rank + Math.min(prefixBits, common(high, low, targetHigh, targetLow));
    }

    /** RFC 6724 §3.1. */
    private static int scope(long high, long low) {
        if (!Ip.isMapped(high, low) && Ip.isMulticast(high, low)) {
            return (int) (high >>> 48) & 15;
        }
        return Ip.isLinkLocal(high, low) || Ip.isLoopback(high, low) ? LINK : GLOBAL;
    }

    /** The default table of RFC 6724 §2.1, as far as it names what is in use. */
    private static int label(long high, long low) {
        if (Ip.isMapped(high, low)) {
            return 4;
        }
        return high >>> 57 == 0xfc >>> 1 ? 13 : high >>> 48 == 0x2002 ? 2 : high >>> 32 == 0x2001_0000 ? 5 : 1;
    }

    private static int common(long high, long low, long otherHigh, long otherLow) {
        return high != otherHigh ? Long.numberOfLeadingZeros(high ^ otherHigh)
                : Long.SIZE + Long.numberOfLeadingZeros(low ^ otherLow);
    }
}

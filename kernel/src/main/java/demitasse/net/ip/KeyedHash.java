package demitasse.net.ip;

/**
 * SipHash-2-4 over whole words (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): a hash that a stranger
 * without the key can neither predict nor steer, for tables that strangers fill and numbers that they must not guess.
 */
public final class KeyedHash {
    private static final long MESSAGE_BYTES = 40;

    private final long key0;
    private final long key1;

    public KeyedHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** Of two addresses and two ports. */
    public long of(long high1, long low1, long high2, long low2, int ports) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        // Six words with the length in the last, then the end: twice the same rounds without a word.
        for (int i = 0; i < 8; i++) {
            long word = switch (i) {
                case 0 -> high1;
                case 1 -> low1;
                case 2 -> high2;
                case 3 -> low2;
                case 4 -> ports & 0xffff_ffffL;
                case 5 -> MESSAGE_BYTES << 56;
                default -> 0;
            };
            v2 ^= i == 6 ? 0xff : 0;
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}

package demitasse.base.random;

import demitasse.base.memory.Memory;

/**
 * The kernel's random numbers, random(7): ChaCha20 with fast key erasure. Each request begins a key stream whose first
 * half block becomes the next key, so that who reads the state later cannot tell what was given out before. Every so
 * often fresh entropy is mixed into the key.
 */
public final class RandomPool {
    private static final int RESEED_BYTES = 1 << 20;

    private final ChaCha20 cipher = new ChaCha20();
    private final Entropy entropy;
    private long bytesUntilReseed;

    /** Where seeds come from. */
    public interface Entropy {
        /** 64 fresh bits. */
        long bits();
    }

    public RandomPool(Entropy entropy) {
        this.entropy = entropy;
        reseed();
    }

    /** Fills kernel memory. */
    public void fill(long target, long lengthBytes) {
        beginStream(lengthBytes);
        long offset = 0;
        while (offset < lengthBytes) {
            cipher.next();
            int part = (int) Math.min(ChaCha20.BLOCK_BYTES, lengthBytes - offset);
            cipher.store(target + offset, part);
            offset += part;
        }
        replaceKey();
    }

    /** 64 random bits. */
    public long bits() {
        beginStream(Long.BYTES);
        cipher.next();
        long bits = cipher.word(0) & 0xffff_ffffL | (long) cipher.word(1) << 32;
        replaceKey();
        return bits;
    }

    /** Mixes bytes in that may be known to others: they can do no harm. */
    public void mix(long source, long lengthBytes) {
        for (long i = 0; i < lengthBytes; i++) {
            int index = (int) (i >> 2) % ChaCha20.KEY_WORDS;
            int value = Memory.getUnsignedByte(source + i) << 8 * (int) (i & 3);
            cipher.setKeyWord(index, cipher.keyWord(index) ^ value);
            if (i % 32 == 31) {
                replaceKey();
            }
        }
        replaceKey();
    }

    private void beginStream(long lengthBytes) {
        bytesUntilReseed -= lengthBytes;
        if (bytesUntilReseed < 0) {
            reseed();
        }
        cipher.setCounter(1);
    }

    private void reseed() {
        bytesUntilReseed = RESEED_BYTES;
        for (int i = 0; i < ChaCha20.KEY_WORDS; i += 2) {
            long bits = entropy.bits();
            cipher.setKeyWord(i, cipher.keyWord(i) ^ (int) bits);
            cipher.setKeyWord(i + 1, cipher.keyWord(i + 1) ^ (int) (bits >>> 32));
        }
        replaceKey();
    }

    /** Counter 0 is for keys alone: no block is used twice. */
    private void replaceKey() {
        cipher.setCounter(0);
        cipher.next();
        for (int i = 0; i < ChaCha20.KEY_WORDS; i++) {
            cipher.setKeyWord(i, cipher.word(i));
        }
    }
}

package demitasse.base.random;

import demitasse.base.memory.Memory;

/** The ChaCha20 block function, RFC 8439 §2.3: 64 bytes of key stream from a key, a counter and a nonce. */
public final class ChaCha20 {
    public static final int BLOCK_BYTES = 64;
    public static final int KEY_WORDS = 8;
    private static final int WORDS = 16;
    private static final int ROUND_PAIRS = 10;
    private static final int COUNTER = 12;

    private final int[] state = new int[WORDS];
    private final int[] work = new int[WORDS];

    public ChaCha20() {
        // "expand 32-byte k"
        state[0] = 0x6170_7865;
        state[1] = 0x3320_646e;
        state[2] = 0x7962_2d32;
        state[3] = 0x6b20_6574;
    }

    public void setKeyWord(int index, int word) {
        state[4 + index] = word;
    }

    public int keyWord(int index) {
        return state[4 + index];
    }

    public void setCounter(int counter) {
        state[COUNTER] = counter;
    }

    public void setNonce(int word0, int word1, int word2) {
        state[COUNTER + 1] = word0;
        state[COUNTER + 2] = word1;
        state[COUNTER + 3] = word2;
    }

    /** Computes the block and moves the counter on. */
    public void next() {
        System.arraycopy(state, 0, work, 0, WORDS);
        for (int i = 0; i < ROUND_PAIRS; i++) {
            quarter(0, 4, 8, 12);
            quarter(1, 5, 9, 13);
            quarter(2, 6, 10, 14);
            quarter(3, 7, 11, 15);
            quarter(0, 5, 10, 15);
            quarter(1, 6, 11, 12);
            quarter(2, 7, 8, 13);
            quarter(3, 4, 9, 14);
        }
        for (int i = 0; i < WORDS; i++) {
            work[i] += state[i];
        }
        state[COUNTER]++;
    }

    /** A word of the block that was computed last. */
    public int word(int index) {
        return work[index];
    }

    /** Stores the first bytes of the block. */
    public void store(long target, int lengthBytes) {
        for (int i = 0; i < lengthBytes; i++) {
            Memory.putByte(target + i, (byte) (work[i >> 2] >>> 8 * (i & 3)));
        }
    }

    private void quarter(int a, int b, int c, int d) {
        work[a] += work[b];
        work[d] = Integer.rotateLeft(work[d] ^ work[a], 16);
        work[c] += work[d];
        work[b] = Integer.rotateLeft(work[b] ^ work[c], 12);
        work[a] += work[b];
        work[d] = Integer.rotateLeft(work[d] ^ work[a], 8);
        work[c] += work[d];
        work[b] = Integer.rotateLeft(work[b] ^ work[c], 7);
    }
}

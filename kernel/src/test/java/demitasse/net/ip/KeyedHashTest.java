package demitasse.net.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KeyedHashTest {
    /**
     * The key of the paper's example, and a message of the bytes 0 to 35 and four zeros. Computed by another program,
     * which also gave the paper's own value for the bytes 0 to 14.
     */
    @Test
    void isSipHash() {
        KeyedHash hash = new KeyedHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertEquals(0x916f2205c827a81fL, hash.of(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, 0x1716151413121110L,
                0x1f1e1d1c1b1a1918L, 0x23222120));
    }
}

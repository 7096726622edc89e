package demitasse.base.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ChaCha20Test {
    private static byte[] block(ChaCha20 cipher) {
        HostMemory.install(4096);
        cipher.next();
        cipher.store(HostMemory.BASE, ChaCha20.BLOCK_BYTES);
        byte[] block = new byte[ChaCha20.BLOCK_BYTES];
        for (int i = 0; i < block.length; i++) {
            block[i] = Memory.getByte(HostMemory.BASE + i);
        }
        return block;
    }

    /** RFC 8439 §2.3.2. */
    @Test
    void blockFunctionOfTheRfc() {
        ChaCha20 cipher = new ChaCha20();
        for (int i = 0; i < ChaCha20.KEY_WORDS; i++) {
            cipher.setKeyWord(i, 4 * i | 4 * i + 1 << 8 | 4 * i + 2 << 16 | 4 * i + 3 << 24);
        }
        cipher.setNonce(0x0900_0000, 0x4a00_0000, 0);
        cipher.setCounter(1);
        assertArrayEquals(HexFormat.of().parseHex("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
                + "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"), block(cipher));
    }

    /** RFC 8439 appendix A.1, test vectors 1 and 2. */
    @Test
    void vectorsOfTheAppendix() {
        ChaCha20 cipher = new ChaCha20();
        assertArrayEquals(HexFormat.of().parseHex("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"), block(cipher));
        assertArrayEquals(HexFormat.of().parseHex("9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"), block(cipher));
    }

    @Test
    void requestsAreIndependentOfEachOtherAndSeeded() {
        HostMemory.install(4096);
        RandomPool one = new RandomPool(() -> 1);
        RandomPool same = new RandomPool(() -> 1);
        RandomPool other = new RandomPool(() -> 2);
        long first = one.bits();
        assertEquals(first, same.bits(), "the pool has no other source than its entropy");
        assertNotEquals(first, one.bits());
        assertNotEquals(first, other.bits());
        one.mix(HostMemory.BASE, 100);
        assertNotEquals(same.bits(), one.bits());
    }
}

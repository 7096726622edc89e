package demitasse.tools.tar;

import com.code_intelligence.jazzer.junit.FuzzTest;

import demitasse.tools.DemiException;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Whatever the bytes, a tar archive gives members or a sentence: no other exception, no endless loop. */
class TarFuzzTest {
    private static final int MEMBERS_MAX = 10_000;

    @FuzzTest(maxDuration = "10s")
    void anyBytesGiveMembersOrASentence(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(repaired(archive)), "fuzz");
        try {
            for (int i = 0; reader.next() != null; i++) {
                if (i > MEMBERS_MAX) {
                    throw new AssertionError("more members than bytes can hold");
                }
            }
        } catch (DemiException e) {
            assert !e.getMessage().isEmpty();
        }
    }

    /** Makes checksums right where a header may be, else the fuzzer would hardly get behind them. */
    private static byte[] repaired(byte[] archive) {
        byte[] repaired = archive.clone();
        byte[] header = new byte[TarBytes.BLOCK];
        for (int offset = 0; offset + TarBytes.BLOCK <= repaired.length; offset += TarBytes.BLOCK) {
            System.arraycopy(repaired, offset, header, 0, TarBytes.BLOCK);
            if (header[0] != 0) {
                TarBytes.sum(header);
                System.arraycopy(header, 0, repaired, offset, TarBytes.BLOCK);
            }
        }
        return repaired;
    }
}

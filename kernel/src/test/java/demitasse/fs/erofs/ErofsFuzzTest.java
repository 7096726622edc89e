package demitasse.fs.erofs;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** A lying image is never believed: no access outside of it, no endless walk, whatever its metadata says. */
class ErofsFuzzTest {
    private static final byte[] SAMPLE = ErofsFileSystemTest.sample();
    private static final int CHANGES_MAX = 40;

    @FuzzTest(maxDuration = "10s")
    void anyMetadataGivesFilesOrErrnos(FuzzedDataProvider data) {
        byte[] image = SAMPLE.clone();
        for (int i = data.consumeInt(0, CHANGES_MAX); i > 0; i--) {
            int at = data.consumeInt(0, image.length - Long.BYTES);
            long value = data.consumeLong();
            for (int j = data.pickValue(new int[] {1, 2, 4, 8}) - 1; j >= 0; j--) {
                image[at + j] = (byte) (value >>> 8 * j);
            }
        }
        ErofsFileSystemTest.exploreAll(image);
    }
}

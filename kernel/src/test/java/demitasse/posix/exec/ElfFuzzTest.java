package demitasse.posix.exec;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever stands in the headers of a program or its interpreter, execve(2) loads it or answers an errno. */
class ElfFuzzTest {
    private static final int HEADERS_BYTES = ElfFile.HEADER_BYTES + 4 * ElfFile.PROGRAM_HEADER_BYTES;
    private static final int CHANGES_MAX = 16;
    private static final int RUNS_PER_MACHINE = 500;

    private static ExecTest machine;
    private static int runs;

    /** A new machine costs far more than a run; and what a run leaks shows in one that is used for long. */
    private static void load(byte[] file) {
        if (runs++ % RUNS_PER_MACHINE == 0) {
            machine = new ExecTest();
        }
        machine.loadAnything(file);
    }

    @FuzzTest(maxDuration = "10s")
    void anyHeadersAreLoadedOrRefused(FuzzedDataProvider data) {
        byte[] file = data.consumeBoolean() ? ElfImage.program().build()
                : ElfImage.program().interpreter("/p").build();
        for (int i = data.consumeInt(0, CHANGES_MAX); i > 0; i--) {
            int at = data.consumeInt(0, HEADERS_BYTES - Long.BYTES);
            long value = data.consumeLong();
            for (int j = data.pickValue(new int[] {1, 2, 4, 8}) - 1; j >= 0; j--) {
                file[at + j] = (byte) (value >>> 8 * j);
            }
        }
        load(file);
    }

    @FuzzTest(maxDuration = "10s")
    void anyBytesAreLoadedOrRefused(byte[] file) {
        load(file);
    }
}

package demitasse.compiler.program;

/** System.arraycopy of all short lengths and some long ones, at all places in a word, apart and overlapping. */
final class Copies {
    private static final int SHORT_MAX = 200;
    private static final int[] LONG = {511, 512, 1000, 4096};
    private static final int WORD_BYTES = 8;
    private static final int[] DISTANCES = {-4200, -65, -64, -63, -9, -8, -7, -1, 0, 1, 7, 8, 9, 63, 64, 65, 4200};
    private static final int MIDDLE = 5000;
    private static final int FACTOR = 31;

    private Copies() {
    }

    static void run() {
        for (int length = 0; length <= SHORT_MAX; length++) {
            copy(length);
        }
        for (int length : LONG) {
            copy(length);
        }
    }

    private static void copy(int length) {
        StringBuilder line = new StringBuilder().append(length);
        byte[] bytes = new byte[2 * MIDDLE + LONG[LONG.length - 1]];
        for (int distance : DISTANCES) {
            int hash = 0;
            for (int place = 0; place < WORD_BYTES; place++) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (i * FACTOR >>> 2);
                }
                System.arraycopy(bytes, MIDDLE + place, bytes, MIDDLE + place + distance, length);
                for (byte one : bytes) {
                    hash = hash * FACTOR + one;
                }
            }
            line.append(' ').append(hash);
        }
        Output.line(line.toString());
    }
}

package demitasse.compiler.program;

/** JLS 15.17 to 15.19 and 5.1.3, over the numbers where C and Java part. */
final class Arithmetic {
    private static final int[] INTS = {0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 32767,
        32768, 65535, 65536, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1};
    private static final long[] LONGS = {0, 1, -1, 2, -2, 7, -7, 63, 64, 65, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL,
        -0x8000_0000L, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1};

    private Arithmetic() {
    }

    static void run() {
        ints();
        longs();
        conversions();
        bits();
    }

    private static void ints() {
        for (int a : INTS) {
            for (int b : INTS) {
                String quotient = b == 0 ? "-" : (a / b) + " " + (a % b);
                Output.line(a + " " + b + ": " + (a + b) + " " + (a - b) + " " + (a * b) + " " + quotient + " "
                        + (a << b) + " " + (a >> b) + " " + (a >>> b) + " " + (a < b) + (a == b)
                        + " " + Integer.compareUnsigned(a, b));
            }
        }
    }

    private static void longs() {
        for (long a : LONGS) {
            for (long b : LONGS) {
                String quotient = b == 0 ? "-" : (a / b) + " " + (a % b);
                Output.line(a + " " + b + ": " + (a + b) + " " + (a - b) + " " + (a * b) + " " + quotient + " "
                        + (a << b) + " " + (a >> b) + " " + (a >>> b) + " " + (a < b) + (a == b)
                        + " " + Long.compareUnsigned(a, b));
            }
        }
    }

    private static void conversions() {
        for (long a : LONGS) {
            Output.line(a + ": " + (int) a + " " + (short) a + " " + (byte) a + " " + (int) (char) a);
        }
        for (int a : INTS) {
            int constant = a / 7 + a % 7 + a / -3 + a % 16 + a / 8;
            byte narrow = (byte) a;
            narrow += 100;
            char wide = (char) a;
            wide++;
            Output.line(a + ": " + constant + " " + narrow + " " + (int) wide + " " + (a & 0xffffffffL));
        }
    }

    /** With counts that gcc finds out: it must not take them for C's. */
    private static String shifts(int a, int count) {
        return (a << count) + " " + (a >> count) + " " + (a >>> count);
    }

    private static String shifts(long a, int count) {
        return (a << count) + " " + (a >> count) + " " + (a >>> count);
    }

    private static void bits() {
        for (int a : INTS) {
            Output.line(shifts(a, 32) + " " + shifts(a, 37) + " " + shifts(a, -1) + " " + shifts(a, 64));
        }
        for (long a : LONGS) {
            Output.line(shifts(a, 64) + " " + shifts(a, 69) + " " + shifts(a, -1) + " " + shifts(a, 128));
        }
        for (int a : INTS) {
            Output.line(Integer.bitCount(a) + " " + Integer.numberOfLeadingZeros(a) + " "
                    + Integer.numberOfTrailingZeros(a) + " " + Integer.reverseBytes(a) + " "
                    + Integer.highestOneBit(a) + " " + Math.abs(a) + " " + Math.min(a, 5) + " " + Math.floorMod(a, 5));
        }
        for (long a : LONGS) {
            Output.line(Long.bitCount(a) + " " + Long.numberOfLeadingZeros(a) + " " + Long.numberOfTrailingZeros(a)
                    + " " + Long.reverseBytes(a) + " " + Long.rotateLeft(a, 13) + " " + Math.max(a, 5));
        }
    }
}

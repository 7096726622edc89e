package demitasse.tools.cli;

import demitasse.tools.DemiException;

/** Sizes as {@code 64M}: bytes, or with K, M or G powers of 1024. */
final class MemorySize {
    private static final long BYTES_MIN = 1 << 20;
    private static final long BYTES_MAX = 1L << 40;
    private static final int PAGE_BYTES = 4096;

    private MemorySize() {
    }

    static long bytes(String text) {
        int end = text.length();
        long unit = 1;
        if (end > 0) {
            unit = switch (Character.toUpperCase(text.charAt(end - 1))) {
                case 'K' -> 1L << 10;
                case 'M' -> 1L << 20;
                case 'G' -> 1L << 30;
                default -> 1;
            };
        }
        String digits = unit == 1 ? text : text.substring(0, end - 1);
        long bytes;
        try {
            bytes = Math.multiplyExact(Long.parseLong(digits), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new DemiException("'" + text + "' is not a memory size; write for example 64M", e);
        }
        if (bytes < BYTES_MIN || bytes > BYTES_MAX) {
            throw new DemiException("a memory size must be between 1M and 1024G, but is " + text);
        }
        return bytes & -PAGE_BYTES;
    }
}

package demitasse.compiler.program;

/** Strings: switches, searching, building, numbers. */
final class Text {
    private static final String[] WORDS = {"", "a", "Aa", "BB", "AaAa", "BBBB", "open", "openat", "ö", "日本", "x\ty"};

    private Text() {
    }

    static void run() {
        for (String word : WORDS) {
            Output.line(kind(word) + " " + word.length() + " " + word.hashCode() + " " + word.indexOf('a') + " "
                    + word.compareTo("open") + " " + word.equals("open") + " " + word.startsWith("op"));
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append(i * i).append(i % 2 == 0 ? ',' : ';').append(i > 10);
        }
        text.insert(3, "in").deleteCharAt(0).reverse();
        Output.line(text.toString());
        Output.line("  x y ".trim() + "|" + "a,b,c".substring(2, 3) + "|" + "abc".charAt(1) + "|" + "x".repeat(3)
                + "|" + "a.b".replace('.', '-') + "|" + "abcabc".lastIndexOf("bc") + "|" + (char) ('a' + 1));
        Output.line(Long.toString(Long.MIN_VALUE) + " " + Integer.toHexString(-2) + " " + Long.toHexString(1L << 40)
                + " " + Integer.parseInt("-123") + " " + Long.parseLong("9223372036854775807") + " "
                + Integer.toString(255, 16) + " " + Integer.toBinaryString(10));
        Object nothing = null;
        Output.line("null is " + nothing + ", " + true + ", " + 'c' + ", " + 5L);
    }

    private static String kind(String word) {
        return switch (word) {
            case "Aa", "BB" -> "same hash";
            case "AaAa" -> "one";
            case "BBBB" -> "other";
            case "open" -> "call";
            case "" -> "empty";
            default -> "word";
        };
    }
}

package demitasse.tools.cli;

/**
 * {@code --strace} may stand alone or carry {@code =FILE}. Picocli would take the word after a lone one for its value,
 * so the form with a value becomes an option of its own before picocli sees it.
 */
final class OptionalValues {
    private static final String STRACE = "--strace=";
    static final String STRACE_FILE = "--strace-file";

    private OptionalValues() {
    }

    static String[] separated(String[] arguments) {
        String[] separated = arguments.clone();
        for (int i = 0; i < separated.length && !separated[i].equals("--"); i++) {
            if (separated[i].startsWith(STRACE)) {
                separated[i] = STRACE_FILE + separated[i].substring(STRACE.length() - 1);
            }
        }
        return separated;
    }
}

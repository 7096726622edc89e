package demitasse.tools;

/**
 * A failure that the user can act on. Its message is one clear sentence; the command prints it and nothing
 * more.
 */
public final class DemiException extends RuntimeException {
    public DemiException(String sentence) {
        super(sentence);
    }

    public DemiException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}

package demitasse.compiler;

/** An image cannot be built; the message is a sentence that the reader can act on. */
public final class CompileException extends RuntimeException {
    public CompileException(String sentence) {
        super(sentence);
    }

    public CompileException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}

package demitasse.tools.source;

/** Where long work says what it is doing. */
public interface Progress {
    /** Starts a step, in words as "unpacking python3". */
    void step(String words);
}

package demitasse.tools.cli;

import java.io.IOException;
import java.util.List;

/** One of demi's commands. */
interface Verb {
    String name();

    /** What follows the options, as "SOURCE [-- CMD ARG...]". */
    String operands();

    /** One sentence for the help. */
    String help();

    List<Option> options();

    /** How many operands there must be at least, and may be at most. */
    int operandsMin();

    int operandsMax();

    /** Returns the exit status. */
    int run(Arguments arguments) throws IOException, InterruptedException;
}

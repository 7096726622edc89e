package demitasse.tools.vmm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs of util-linux that prepare a process and then become the command behind them. */
final class Wrapper {
    private static final List<String> DIRECTORIES = List.of("/usr/bin", "/bin");

    private Wrapper() {
    }

    /**
     * A command that is killed when this process ends, should it not have the time to see to that: nobody would be
     * left who talks to it. PR_SET_PDEATHSIG in prctl(2), by setpriv(1); the thread that starts it must stay.
     */
    static List<String> endingWithUs(List<String> command) {
        return of(List.of("setpriv", "--pdeathsig", "KILL"), command);
    }

    /** The command behind the wrapper, or alone on a host that has no such program. */
    static List<String> of(List<String> wrapper, List<String> command) {
        for (String directory : DIRECTORIES) {
            Path program = Path.of(directory, wrapper.getFirst());
            if (Files.isExecutable(program) && !Files.isSymbolicLink(program)) {
                List<String> whole = new ArrayList<>(List.of(program.toString()));
                whole.addAll(wrapper.subList(1, wrapper.size()));
                whole.addAll(command);
                return whole;
            }
        }
        return command;
    }
}

package demitasse.tools.vmm;

import java.io.IOException;
import java.util.List;

/** One way to run an image. Keeps no state. */
public interface Vmm {
    String name();

    /**
     * The host command that {@link #launch} runs: a pure function of the spec and of how this Vmm was made.
     */
    List<String> commandLine(InstanceSpec spec);

    /**
     * Makes sure, short of starting anything, that this host can launch the instance; else throws why not.
     */
    void check(InstanceSpec spec);

    /**
     * Runs an instance on this process's standard streams until it ends; returns its exit status, 128+n for a
     * signal. May not return at all, when this process becomes the instance.
     */
    int launch(InstanceSpec spec) throws IOException, InterruptedException;
}

package demitasse.tools.vmm;

import demitasse.tools.source.Accounts;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything that decides how an instance runs.
 *
 * @param terminals which of the file descriptors 0, 1 and 2 are the terminal
 * @param windowSize empty when none of them is
 * @param tmpfs file systems in memory to mount, each PATH or PATH:OPTIONS with those of mount(8)
 * @param timeoutSeconds when the instance ends with status 124 at the latest; 0 for never
 * @param jit whether memory may be writable and executable at once, as just-in-time compilers need
 * @param kernelWords more of the kernel's command line, each KEY=VALUE
 * @param strace whether system calls are traced; to {@code straceFile} or else to standard error
 */
public record InstanceSpec(Path kernel, Path image, long memoryBytes, List<String> arguments,
        List<String> environment, String workingDirectory, Accounts.Identity identity, String hostname,
        List<Integer> terminals, Optional<WindowSize> windowSize,
        List<String> tmpfs, long timeoutSeconds, boolean jit, boolean strace,
        Optional<Path> straceFile, boolean debug, List<String> kernelWords, Optional<Network> network) {
    public record WindowSize(int rows, int columns) {
    }

    /** One without a network, and with nothing special for the kernel. */
    public InstanceSpec(Path kernel, Path image, long memoryBytes, List<String> arguments, List<String> environment,
            String workingDirectory, Accounts.Identity identity, String hostname, List<Integer> terminals,
            Optional<WindowSize> windowSize, List<String> tmpfs, long timeoutSeconds, boolean jit, boolean strace,
            Optional<Path> straceFile, boolean debug) {
        this(kernel, image, memoryBytes, arguments, environment, workingDirectory, identity, hostname, terminals,
                windowSize, tmpfs, timeoutSeconds, jit, strace, straceFile, debug, List.of(), Optional.empty());
    }

    public InstanceSpec with(Network newNetwork) {
        return new InstanceSpec(kernel, image, memoryBytes, arguments, environment, workingDirectory, identity,
                hostname, terminals, windowSize, tmpfs, timeoutSeconds, jit, strace, straceFile, debug, kernelWords,
                Optional.of(newNetwork));
    }

    public InstanceSpec withKernelWords(List<String> words) {
        return new InstanceSpec(kernel, image, memoryBytes, arguments, environment, workingDirectory, identity,
                hostname, terminals, windowSize, tmpfs, timeoutSeconds, jit, strace, straceFile, debug, words, network);
    }

    public boolean inputIsTerminal() {
        return terminals.contains(0);
    }
}

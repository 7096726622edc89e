package demitasse.tools.cli;

import demitasse.tools.DemiException;
import demitasse.tools.cache.ImageEntry;
import demitasse.tools.source.Accounts;
import demitasse.tools.source.Defaults;
import demitasse.tools.vmm.InstanceSpec;
import demitasse.tools.vmm.Terminal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What runs, as whom and with which environment: the image's defaults under what the user said, as docker
 * does.
 */
record Invocation(ImageEntry entry, List<String> command, List<String> variables, String workingDirectory,
        String user, Map<String, String> host) {
    private static final String HOST_NAME = "demi";
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    InstanceSpec spec(Path kernel, Path image, long memoryBytes, List<String> tmpfs, long timeoutSeconds,
            boolean jit, boolean strace, Path straceFile, boolean debug) {
        List<String> arguments = arguments();
        Defaults defaults = entry.defaults();
        Accounts.Identity identity = entry.accounts().identity(user.isEmpty() ? defaults.user() : user);
        List<Integer> terminals = Terminal.descriptors();
        Optional<Path> trace = Optional.ofNullable(straceFile).map(Path::toAbsolutePath);
        List<String> environment = environment(identity, terminals);
        requireNoZeroByte(arguments);
        requireNoZeroByte(environment);
        return new InstanceSpec(kernel, image, memoryBytes, arguments, environment,
                directory(defaults), identity, HOST_NAME, terminals, Terminal.windowSize(terminals), tmpfs,
                timeoutSeconds, jit, strace, trace, debug);
    }

    private List<String> arguments() {
        Defaults defaults = entry.defaults();
        List<String> arguments = new ArrayList<>(defaults.entrypoint());
        arguments.addAll(command.isEmpty() ? defaults.command() : command);
        if (arguments.isEmpty()) {
            throw new DemiException(entry.name() + " does not say what to run; name a program after --");
        }
        return arguments;
    }

    /** Only the configuration of an image can hold one. */
    private void requireNoZeroByte(List<String> texts) {
        for (String text : texts) {
            if (text.indexOf('\0') >= 0) {
                throw new DemiException(entry.name() + " has an argument or a variable with a zero byte, which no"
                        + " program can be given");
            }
        }
    }

    private String directory(Defaults defaults) {
        String directory = workingDirectory.isEmpty() ? defaults.workingDirectory() : workingDirectory;
        if (!directory.isEmpty() && !directory.startsWith("/")) {
            throw new DemiException("the working directory '" + directory + "' must start with a slash");
        }
        return directory.isEmpty() ? "/" : directory;
    }

    private List<String> environment(Accounts.Identity identity, List<Integer> terminals) {
        Map<String, String> merged = new LinkedHashMap<>();
        merged.put("PATH", PATH);
        merged.put("HOSTNAME", HOST_NAME);
        if (!terminals.isEmpty()) {
            merged.put("TERM", host.getOrDefault("TERM", "linux"));
        }
        for (String variable : entry.defaults().environment()) {
            putOfImage(merged, variable);
        }
        for (String variable : variables) {
            put(merged, variable);
        }
        merged.putIfAbsent("HOME", identity.home().isEmpty() ? "/" : identity.home());
        List<String> environment = new ArrayList<>();
        for (Map.Entry<String, String> variable : merged.entrySet()) {
            environment.add(variable.getKey() + "=" + variable.getValue());
        }
        return environment;
    }

    /** What is no NAME=VALUE says nothing: an image has no say in which variables of the host a program sees. */
    private static void putOfImage(Map<String, String> merged, String variable) {
        int equals = variable.indexOf('=');
        if (equals > 0) {
            merged.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
    }

    private void put(Map<String, String> merged, String variable) {
        int equals = variable.indexOf('=');
        if (equals == 0 || variable.isEmpty()) {
            throw new DemiException("'" + variable + "' is not a variable; write NAME=VALUE");
        }
        if (equals > 0) {
            merged.put(variable.substring(0, equals), variable.substring(equals + 1));
        } else if (host.containsKey(variable)) {
            merged.put(variable, host.get(variable));
        }
    }
}

package demitasse.tools.cli;

import demitasse.tools.DemiException;
import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.cache.ImageEntry;
import demitasse.tools.source.Sources;
import demitasse.tools.vmm.InstanceSpec;
import demitasse.tools.vmm.LinuxProcess;
import demitasse.tools.vmm.Passt;
import demitasse.tools.vmm.Qemu;
import demitasse.tools.vmm.Vmm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code demi run}. */
final class RunCommand implements Verb {
    private static final Option PLATFORM = Option.value("platform", "auto|linux|kvm",
            "where to run it; auto, as when not said, is linux");
    private static final Option MACHINE = Option.value("machine", "microvm|q35", "QEMU's machine type, for kvm");
    private static final Option MEMORY = Option.value("memory", "SIZE", "the instance's memory, as 64M; else 256M");
    private static final Option ENVIRONMENT = Option.value("env", "K=V", "sets a variable; K alone is taken over")
            .orLetter('e');
    private static final Option DIRECTORY = Option.value("workdir", "DIR", "the program's working directory")
            .orLetter('w');
    private static final Option USER = Option.value("user", "USER[:GROUP]", "whom it runs as, by name or number")
            .orLetter('u');
    private static final Option INIT = Option.optionalValue("init", "yes|no",
            "gives the program an init as process 1; not said: yes unless the image says what it runs");
    private static final Option TMPFS = Option.value("tmpfs", "PATH[:size=SIZE,mode=MODE]",
            "mounts an empty file system in memory; may be repeated");
    private static final Option TIMEOUT = Option.value("timeout", "SECONDS",
            "ends the program after so long, with status 124");
    private static final Option ALLOW = Option.value("allow", "jit",
            "permits what is refused otherwise: jit is memory that is writable and executable at once");
    private static final Option STRACE = Option.optionalValue("strace", "FILE",
            "traces system calls to FILE or standard error");
    private static final Option DEBUG = Option.flag("debug", "shows the host command and the kernel's messages");
    private static final Option KERNEL = Option.value("kernel", "KEY=VALUE",
            "adds to the kernel's command line (see demitasse.boot), for debugging");
    private static final Option DRY_RUN = Option.flag("dry-run", "prints the host's commands instead of running them");

    @Override
    public String name() {
        return "run";
    }

    @Override
    public String operands() {
        return "SOURCE [-- CMD ARG...]";
    }

    @Override
    public String help() {
        return "Runs a program of SOURCE: a directory, a tar, an OCI layout or archive, or deb:NAME[,NAME...].";
    }

    @Override
    public List<Option> options() {
        return List.of(PLATFORM, MACHINE, MEMORY, ENVIRONMENT, DIRECTORY, USER, INIT, TMPFS, TIMEOUT, ALLOW,
                NetworkOptions.PUBLISH, NetworkOptions.NETWORK, NetworkOptions.IP, NetworkOptions.MAC,
                NetworkOptions.DNS, NetworkOptions.PCAP, STRACE, DEBUG, KERNEL, DRY_RUN);
    }

    @Override
    public int operandsMin() {
        return 1;
    }

    @Override
    public int operandsMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int run(Arguments arguments) throws IOException, InterruptedException {
        Map<String, String> host = System.getenv();
        NetworkOptions network = NetworkOptions.of(arguments);
        long memoryBytes = MemorySize.bytes(arguments.value(MEMORY, "256M"));
        Vmm vmm = vmm(arguments, host);
        CacheFiles files = CacheFiles.ofUser(host);
        ImageCache cache = new ImageCache(files);
        ImageEntry entry;
        try (ErrorProgress progress = new ErrorProgress()) {
            entry = cache.image(new Sources(files).open(arguments.operands().getFirst()), progress);
        }
        List<String> command = arguments.operands().subList(1, arguments.operands().size());
        Invocation invocation = new Invocation(entry, command, arguments.values(ENVIRONMENT),
                arguments.value(DIRECTORY, ""), arguments.value(USER, ""), host);
        String straceFile = arguments.value(STRACE, "");
        InstanceSpec spec = invocation.spec(kernel(vmm), cache.path(entry), memoryBytes, tmpfs(arguments),
                timeoutSeconds(arguments), allowsJit(arguments),
                arguments.has(STRACE), straceFile.isEmpty() ? null : Path.of(straceFile), arguments.has(DEBUG))
                .withKernelWords(kernelWords(arguments, hasInit(arguments, entry)));
        vmm.check(spec);
        if (network.passt()) {
            return launchWithPasst(vmm, spec, network, host, arguments);
        }
        boolean starts = !arguments.has(DRY_RUN);
        return launch(vmm, network.tap().isEmpty() ? spec : spec.with(network.tapNetwork(starts)), arguments);
    }

    private static List<String> tmpfs(Arguments arguments) {
        List<String> places = arguments.values(TMPFS);
        for (String place : places) {
            if (!place.startsWith("/")) {
                throw new DemiException("'" + place + "' is no place for --tmpfs; it must start with a slash");
            }
        }
        return places;
    }

    /**
     * Programs of containers are process 1 and know it. What was made for a machine is never that there, and some of it
     * takes a parent with that number for the sign that its own parent has ended.
     */
    private static boolean hasInit(Arguments arguments, ImageEntry entry) {
        boolean saysProgram = !entry.defaults().entrypoint().isEmpty() || !entry.defaults().command().isEmpty();
        return switch (arguments.has(INIT) ? arguments.value(INIT, "") : saysProgram ? "no" : "yes") {
            case "", "yes" -> true;
            case "no" -> false;
            default -> throw new DemiException("--init is yes or no, not '" + arguments.value(INIT, "") + "'");
        };
    }

    private static List<String> kernelWords(Arguments arguments, boolean init) {
        List<String> words = new ArrayList<>(arguments.values(KERNEL));
        if (init) {
            words.addFirst("init=1");
        }
        for (String word : words) {
            if (!word.matches("[a-z]+=.*")) {
                throw new DemiException("'" + word + "' is not for the kernel's command line; write KEY=VALUE");
            }
        }
        return words;
    }

    private static long timeoutSeconds(Arguments arguments) {
        String text = arguments.value(TIMEOUT, "");
        if (!text.isEmpty() && !text.matches("[1-9][0-9]{0,8}")) {
            throw new DemiException("--timeout takes a whole number of seconds, not '" + text + "'");
        }
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static int launchWithPasst(Vmm vmm, InstanceSpec spec, NetworkOptions network, Map<String, String> host,
            Arguments arguments) throws IOException, InterruptedException {
        try (Passt passt = Passt.find(host.getOrDefault("PATH", "/usr/bin:/bin"), network.forwards())) {
            if (arguments.has(DRY_RUN)) {
                System.out.println(String.join(" ", passt.commandLine()));
            } else {
                passt.start();
            }
            return launch(vmm, spec.with(network.withChoices(passt.network())), arguments);
        }
    }

    private static int launch(Vmm vmm, InstanceSpec spec, Arguments arguments)
            throws IOException, InterruptedException {
        if (arguments.has(DRY_RUN)) {
            System.out.println(String.join(" ", vmm.commandLine(spec)));
            return 0;
        }
        if (arguments.has(DEBUG)) {
            System.err.println("demi: runs " + String.join(" ", vmm.commandLine(spec)));
        }
        return vmm.launch(spec);
    }

    private static boolean allowsJit(Arguments arguments) {
        for (String allowed : arguments.values(ALLOW)) {
            if (!allowed.equals("jit")) {
                throw new DemiException("there is nothing called '" + allowed + "' to allow, only jit");
            }
        }
        return arguments.has(ALLOW);
    }

    private static Vmm vmm(Arguments arguments, Map<String, String> host) throws IOException {
        String platform = arguments.value(PLATFORM, "auto");
        String machine = arguments.value(MACHINE, "microvm");
        Qemu.Machine type = switch (machine) {
            case "microvm" -> Qemu.Machine.MICROVM;
            case "q35" -> Qemu.Machine.Q35;
            default -> throw new DemiException("there is no machine '" + machine + "', only microvm and q35");
        };
        return switch (platform) {
            case "auto", "linux" -> new LinuxProcess();
            case "kvm" -> Qemu.find(type, host);
            default -> throw new DemiException("there is no platform '" + platform + "', only auto, linux and kvm");
        };
    }

    private static Path kernel(Vmm vmm) {
        String home = System.getProperty("demi.home", "");
        if (home.isEmpty()) {
            throw new DemiException("demi.home does not say where Demitasse is installed; start it by its launcher");
        }
        return Path.of(home, "assembly", "target", "demitasse-" + vmm.name() + ".elf");
    }
}

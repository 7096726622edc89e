package demitasse.tools.cli;

import demitasse.tools.DemiException;
import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.cache.ImageEntry;
import demitasse.tools.source.Sources;
import demitasse.tools.vmm.InstanceSpec;
import demitasse.tools.vmm.LinuxProcess;
import demitasse.tools.vmm.Qemu;
import demitasse.tools.vmm.Vmm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code demi run}. */
@Command(name = "run", description = "Runs a program of SOURCE and ends with its exit status.")
final class RunCommand implements Callable<Integer> {
    enum Platform { auto, linux, kvm }

    enum Machine { microvm, q35 }

    @Option(names = "--platform", paramLabel = "auto|linux|kvm", description = "Where to run it; auto is linux.")
    private Platform platform = Platform.auto;

    @Option(names = "--machine", paramLabel = "microvm|q35", description = "QEMU's machine type, for kvm.")
    private Machine machine = Machine.microvm;

    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory of the instance, as 64M; 256M if not said.")
    private String memory = "256M";

    @Option(names = {"-e", "--env"}, paramLabel = "K=V", description = "Sets a variable; K alone takes it over.")
    private List<String> environment = new ArrayList<>();

    @Option(names = {"-w", "--workdir"}, paramLabel = "DIR", description = "The program's working directory.")
    private String workingDirectory = "";

    @Option(names = {"-u", "--user"}, paramLabel = "USER[:GROUP]", description = "Whom it runs as: names or numbers.")
    private String user = "";

    @Option(names = "--strace", description = "Traces system calls, to standard error or with =FILE to a file.")
    private boolean strace;

    @Option(names = OptionalValues.STRACE_FILE, hidden = true)
    private Path straceFile;

    @Option(names = "--debug", description = "Shows the host command and the kernel's debug messages.")
    private boolean debug;

    @Option(names = "--dry-run", description = "Prints the host command instead of running it.")
    private boolean dryRun;

    @Parameters(index = "0", paramLabel = "SOURCE",
            description = "A directory, a tar archive, an OCI layout or archive, or deb:NAME[,NAME...].")
    private String source;

    @Parameters(index = "1..*", paramLabel = "CMD ARG", description = "What to run, after --.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, String> host = System.getenv();
        long memoryBytes = MemorySize.bytes(memory);
        CacheFiles files = CacheFiles.ofUser(host);
        ImageCache cache = new ImageCache(files);
        Vmm vmm = vmm(host);
        ImageEntry entry;
        try (ErrorProgress progress = new ErrorProgress()) {
            entry = cache.image(new Sources(files).open(source), progress);
        }
        Invocation invocation = new Invocation(entry, command, environment, workingDirectory, user, host);
        InstanceSpec spec = invocation.spec(kernel(vmm), cache.path(entry), memoryBytes, strace || straceFile != null,
                straceFile, debug);
        if (dryRun) {
            vmm.check(spec);
            System.out.println(String.join(" ", vmm.commandLine(spec)));
            return 0;
        }
        if (debug) {
            System.err.println("demi: runs " + String.join(" ", vmm.commandLine(spec)));
        }
        vmm.check(spec);
        return vmm.launch(spec);
    }

    private Vmm vmm(Map<String, String> host) throws IOException {
        if (platform != Platform.kvm) {
            return new LinuxProcess();
        }
        return Qemu.find(machine == Machine.q35 ? Qemu.Machine.Q35 : Qemu.Machine.MICROVM, host);
    }

    private static Path kernel(Vmm vmm) {
        String home = System.getProperty("demi.home", "");
        if (home.isEmpty()) {
            throw new DemiException("demi.home does not say where Demitasse is installed; start it by its launcher");
        }
        return Path.of(home, "assembly", "target", "demitasse-" + vmm.name() + ".elf");
    }
}

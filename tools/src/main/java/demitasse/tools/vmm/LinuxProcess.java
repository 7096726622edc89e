package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The kernel as an ordinary process of the host. */
public final class LinuxProcess implements Vmm {
    private static final int SIGWINCH = 28;

    @Override
    public String name() {
        return "linux";
    }

    @Override
    public List<String> commandLine(InstanceSpec spec) {
        KernelCommandLine line = KernelCommandLine.of(spec);
        spec.network().ifPresent(network -> addDevice(line, network));
        List<String> command = new ArrayList<>(List.of(spec.kernel().toString(), spec.image().toString(),
                line.finish()));
        Optional<Path> pcap = spec.network().flatMap(Network::pcap);
        // The trace and the capture have a place each; an empty word stands for none.
        if (spec.straceFile().isPresent() || pcap.isPresent()) {
            command.add(spec.straceFile().map(Path::toString).orElse(""));
        }
        pcap.ifPresent(file -> command.add(file.toString()));
        return command;
    }

    private static void addDevice(KernelCommandLine line, Network network) {
        switch (network.link()) {
            case Network.Stream stream -> line.add("net", stream.socket().toString());
            case Network.Tap tap -> line.add("net", "tap:" + tap.name()).add("mtu", Integer.toString(tap.mtuBytes()));
        }
        if (!network.mac().isEmpty()) {
            line.add("mac", network.mac());
        }
    }

    @Override
    public void check(InstanceSpec spec) {
        if (!Files.isExecutable(spec.kernel())) {
            throw new DemiException("the kernel " + spec.kernel() + " is not there or cannot be executed");
        }
        if (!spec.inputIsTerminal()) {
            LibC.prepareExecute();
        }
    }

    @Override
    public int launch(InstanceSpec spec) throws IOException, InterruptedException {
        // passt leaves something to tidy up.
        boolean tidies = spec.network().isPresent() && spec.network().get().link() instanceof Network.Stream;
        return spec.inputIsTerminal() || tidies ? runBeside(spec) : become(spec);
    }

    private int become(InstanceSpec spec) {
        System.out.flush();
        System.err.flush();
        LibC.execute(commandLine(spec));
        throw new DemiException("the kernel " + spec.kernel() + " cannot be executed on this machine");
    }

    /** Somebody has to put the terminal back as it was and to tidy up, also when the kernel is killed. */
    private int runBeside(InstanceSpec spec) throws IOException, InterruptedException {
        try (Terminal.Raw _ = spec.inputIsTerminal() ? Terminal.makeRaw() : null) {
            CompletableFuture<Process> started = new CompletableFuture<>();
            // The program may run before we know that it was started: then a signal waits for us.
            Signals.forward(signal -> {
                // The terminal sends SIGWINCH to the whole process group: the kernel has it already.
                if (signal != SIGWINCH || !spec.inputIsTerminal()) {
                    LibC.kill(started.join().pid(), signal);
                }
            });
            Process kernel = new ProcessBuilder(Wrapper.endingWithUs(commandLine(spec))).inheritIO().start();
            started.complete(kernel);
            return kernel.waitFor();
        }
    }
}

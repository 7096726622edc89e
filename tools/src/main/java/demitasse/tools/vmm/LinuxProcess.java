package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
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
        spec.network().ifPresent(network -> line.add("net", network.socket().toString()));
        List<String> command = new ArrayList<>(List.of(spec.kernel().toString(), spec.image().toString(),
                line.finish()));
        spec.straceFile().ifPresent(file -> command.add(file.toString()));
        return command;
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
        return spec.inputIsTerminal() || spec.network().isPresent() ? runBeside(spec) : become(spec);
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

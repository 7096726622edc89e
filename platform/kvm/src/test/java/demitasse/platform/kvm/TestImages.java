package demitasse.platform.kvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.compiler.ImageCompiler;
import demitasse.compiler.ImageRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Compiles small kernels of this platform and boots them in QEMU without help from the host's CPU. */
final class TestImages {
    static final List<String> MICROVM = List.of("-M", "microvm,acpi=off,pic=off,pit=off,rtc=off,isa-serial=on",
            "-global", "virtio-mmio.force-legacy=false");
    static final List<String> Q35 = List.of("-M", "q35");

    private static final Path OUTPUT = Path.of("target", "images").toAbsolutePath();
    private static final List<String> QEMU = List.of("qemu-system-x86_64", "-accel", "tcg", "-cpu", "max",
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04");
    private static final int BOOT_SECONDS_MAX = 60;
    private static final int KILLED = 128;

    private TestImages() {
    }

    static Path compile(String name, Class<?> main) throws IOException {
        Files.createDirectories(OUTPUT);
        List<Path> classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of).filter(Files::exists).toList();
        ImageCompiler.compile(new ImageRequest(name, main.getName(), Path.of("src", "main", "c").toAbsolutePath(),
                OUTPUT, classPath));
        return OUTPUT.resolve(name + ".elf");
    }

    /** What a kernel writes to the serial line until the machine stops. */
    static List<String> boot(Path kernel, List<String> machine, int memoryMib, String commandLine)
            throws IOException, InterruptedException {
        Process process = start(kernel, machine, memoryMib, commandLine, List.of("-serial", "stdio"));
        List<String> lines = process.inputReader().lines().toList();
        assertTrue(process.waitFor() < KILLED, () -> "took too long:\n" + String.join("\n", lines));
        return lines;
    }

    static Process start(Path kernel, List<String> machine, int memoryMib, String commandLine, List<String> devices)
            throws IOException {
        List<String> command = new ArrayList<>(QEMU);
        command.addAll(machine);
        command.addAll(devices);
        command.addAll(List.of("-m", memoryMib + "M", "-kernel", kernel.toString(), "-append", commandLine));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.onExit().orTimeout(BOOT_SECONDS_MAX, TimeUnit.SECONDS).exceptionally(late -> {
            process.destroyForcibly();
            return process;
        });
        return process;
    }
}

package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.compiler.ImageCompiler;
import demitasse.compiler.ImageRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Compiles small kernels of this platform, and starts them with a root file system image that is none. */
final class TestImages {
    private static final Path OUTPUT = Path.of("target", "images").toAbsolutePath();

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

    static Process start(Path kernel, String commandLine) throws IOException {
        Path image = Files.writeString(OUTPUT.resolve("none.img"), "no file system");
        return new ProcessBuilder(kernel.toString(), image.toString(), commandLine).redirectErrorStream(true).start();
    }

    /** The lines that a kernel prints before it exits with the status expected. */
    static List<String> run(Path kernel, String commandLine, int status) throws IOException, InterruptedException {
        Process process = start(kernel, commandLine);
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(status, process.waitFor(), () -> String.join("\n", lines));
        return lines;
    }
}

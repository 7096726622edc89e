package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Class files and a platform's C in, an ELF out; the command that the build calls for each image. */
public final class ImageCompiler {
    private ImageCompiler() {
    }

    /** Exits with 1 and a sentence when there is no image; see {@link ImageRequest#parse} for the options. */
    public static void main(String[] arguments) {
        try {
            compile(ImageRequest.parse(arguments));
        } catch (CompileException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Returns false when the image was there already, made from the same inputs. */
    public static boolean compile(ImageRequest request) {
        PlatformSources platform = PlatformSources.read(request.platform());
        Toolchain toolchain = new Toolchain();
        String digest = InputDigest.of(request, toolchain);
        Path stamp = request.work().resolve("inputs.sha256");
        try {
            if (isUpToDate(request, stamp, digest)) {
                return false;
            }
            Path generated = request.work().resolve("c");
            discard(request.work());
            Files.createDirectories(generated);
            new JavaToC(request).generate(generated);
            new CToElf(request, platform, toolchain).build(generated);
            LineTable.write(toolchain, request.debugElf(), request.work(), request.lines());
            Files.writeString(stamp, digest);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isUpToDate(ImageRequest request, Path stamp, String digest) throws IOException {
        return Files.exists(request.elf()) && Files.exists(request.debugElf()) && Files.exists(request.lines())
                && Files.exists(stamp) && Files.readString(stamp).equals(digest);
    }

    private static void discard(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (List<Path>) files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

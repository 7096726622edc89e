package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A digest of everything that decides the bytes of an image; the same digest means there is nothing to build. */
final class InputDigest {
    private final MessageDigest digest;

    InputDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String of(ImageRequest request, Toolchain toolchain) {
        InputDigest all = new InputDigest();
        all.add(request.name());
        all.add(request.mainClass());
        all.add(toolchain.version());
        all.add(CToElf.isQuick() ? "quick" : "optimised");
        for (Path entry : request.classPath()) {
            all.addTree(entry);
        }
        all.addTree(request.platform());
        return HexFormat.of().formatHex(all.digest.digest());
    }

    private void add(String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void addTree(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (List<Path>) files.filter(Files::isRegularFile).sorted().toList()) {
                add(root.relativize(file).toString());
                add(Long.toString(Files.size(file)));
                digest.update(Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

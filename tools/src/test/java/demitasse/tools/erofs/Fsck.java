package demitasse.tools.erofs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** erofs-utils' own checker, the independent judge of what we write. */
final class Fsck {
    private static final Path PROGRAM = Path.of("/usr/bin/fsck.erofs");

    private Fsck() {
    }

    static void check(Path image) throws IOException {
        assumeTrue(Files.isExecutable(PROGRAM), "needs the package erofs-utils");
        HostMount.run(PROGRAM.toString(), image.toString());
    }

    static void extract(Path image, Path target) throws IOException {
        assumeTrue(Files.isExecutable(PROGRAM), "needs the package erofs-utils");
        HostMount.run(PROGRAM.toString(), "--extract=" + target, image.toString());
    }
}

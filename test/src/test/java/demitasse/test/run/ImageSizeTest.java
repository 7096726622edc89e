package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kernel stays small, whatever is added to it. */
class ImageSizeTest {
    private static final long IMAGE_BYTES_MAX = 1_500_000;

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void strippedImageIsAtMostOneAndAHalfMegabytes(String platform) throws IOException {
        Path image = Commands.root().resolve("assembly/target/demitasse-" + platform + ".elf");
        long bytes = Files.size(image);
        assertTrue(bytes <= IMAGE_BYTES_MAX, image + " has " + bytes + " bytes, more than " + IMAGE_BYTES_MAX);
    }
}

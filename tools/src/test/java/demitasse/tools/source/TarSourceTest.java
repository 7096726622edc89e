package demitasse.tools.source;

import static demitasse.tools.tar.TarBytes.archive;
import static demitasse.tools.tar.TarBytes.file;
import static demitasse.tools.tar.TarBytes.link;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;

import demitasse.tools.DemiException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class TarSourceTest {
    private static final byte[] TAR = archive(file("bin/sh", "shell"), link("sh", '2', "bin/sh"));

    @TempDir
    Path directory;
    private SourceReader reader;
    private Path file;

    @BeforeEach
    void start() {
        reader = new SourceReader(directory);
        file = directory.resolve("root.tar");
    }

    @Test
    void everyCompressionIsKnownByItsBytes() throws IOException {
        for (byte[] bytes : new byte[][] {TAR, OciLayout.gzip(TAR), xz(TAR), Zstd.compress(TAR)}) {
            Files.write(file, bytes);
            assertNotNull(reader.read(file.toString()).tree().find("/sh", true));
        }
    }

    @Test
    void damagedCompressionIsASentence() throws IOException {
        for (byte[] bytes : new byte[][] {OciLayout.gzip(TAR), xz(TAR), Zstd.compress(TAR)}) {
            for (int length = 0; length < bytes.length; length++) {
                Files.write(file, Arrays.copyOf(bytes, length));
                assertThrows(DemiException.class, () -> reader.read(file.toString()));
            }
        }
        byte[] broken = OciLayout.gzip(TAR);
        broken[broken.length - 6] ^= 1;
        Files.write(file, broken);
        assertTrue(assertThrows(DemiException.class, () -> reader.read(file.toString())).getMessage()
                .contains("cannot be read"));
    }

    @Test
    void whatIsNoArchiveIsASentence() throws IOException {
        Files.writeString(file, "This is a letter and not an archive at all.\n".repeat(100));
        DemiException e = assertThrows(DemiException.class, () -> reader.read(file.toString()));
        assertTrue(e.getMessage().contains("is not a tar archive"), e.getMessage());
        Files.writeString(file, "");
        assertThrows(DemiException.class, () -> reader.read(file.toString()));
    }

    @Test
    void keyChangesWithTheFile() throws IOException {
        Files.write(file, TAR);
        String key = reader.open(file.toString()).key();
        assertEquals(key, reader.open(file.toString()).key());
        Files.write(file, archive(file("bin/sh", "SHELL")));
        assertNotEquals(key, reader.open(file.toString()).key());
    }

    @Test
    void whatIsNotThereIsASentence() {
        DemiException e = assertThrows(DemiException.class, () -> reader.open("/no/such/thing"));
        assertEquals("there is no file or directory /no/such/thing", e.getMessage());
    }

    private static byte[] xz(byte[] bytes) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(target, new LZMA2Options())) {
            xz.write(bytes);
        }
        return target.toByteArray();
    }
}

package demitasse.tools.source;

import static demitasse.tools.tar.TarBytes.archive;
import static demitasse.tools.tar.TarBytes.directory;
import static demitasse.tools.tar.TarBytes.file;
import static demitasse.tools.tar.TarBytes.link;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;

import demitasse.tools.DemiException;
import demitasse.tools.tree.FileTree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciImageTest {
    private static final byte[] LAYER = archive(directory("bin/"), file("bin/sh", "shell"));

    @TempDir
    Path directory;
    private OciLayout layout;
    private SourceReader reader;

    @BeforeEach
    void start() throws IOException {
        layout = new OciLayout(directory.resolve("layout"));
        reader = new SourceReader(directory);
    }

    @Test
    void configurationIsTheDefaults() throws IOException {
        layout.image(OciLayout.CONFIG, LAYER);
        Defaults defaults = read().defaults();
        assertEquals(new Defaults(List.of("/entry"), List.of("a", "b"), List.of("PATH=/bin", "X=1"), "alice",
                "/work"), defaults);
    }

    @Test
    void compressedLayersAreUnderstood() throws IOException {
        layout.image(OciLayout.CONFIG, OciLayout.gzip(LAYER), Zstd.compress(archive(file("z", "zstd"))));
        FileTree tree = read().tree();
        assertNotNull(tree.find("/bin/sh", true));
        assertNotNull(tree.find("/z", true));
    }

    @Test
    void laterLayersHideAndLink() throws IOException {
        layout.image(OciLayout.CONFIG, LAYER, archive(file("d/low", ""), file("gone", "")),
                archive(file("d/.wh..wh..opq", ""), file("d/high", ""), file(".wh.gone", ""),
                        link("bin/again", '1', "bin/sh")));
        FileTree tree = read().tree();
        assertNull(tree.find("/d/low", false));
        assertNotNull(tree.find("/d/high", false));
        assertNull(tree.find("/gone", false));
        assertSame(tree.find("/bin/sh", false), tree.find("/bin/again", false));
        assertNull(tree.find("/.wh.gone", false));
    }

    @Test
    void layerWithAFlippedBitIsASentence() throws IOException {
        layout.image(OciLayout.CONFIG, LAYER);
        byte[] bytes = LAYER.clone();
        bytes[512 + 512] ^= 1;
        Files.write(layout.blob(LAYER), bytes);
        assertSentence("does not match its digest");
        bytes = OciLayout.gzip(LAYER);
        layout.image(OciLayout.CONFIG, bytes);
        byte[] broken = bytes.clone();
        broken[20] ^= 1;
        Files.write(layout.blob(bytes), broken);
        assertSentence("does not match its digest");
    }

    @Test
    void shortenedLayerIsASentence() throws IOException {
        layout.image(OciLayout.CONFIG, LAYER);
        Files.write(layout.blob(LAYER), java.util.Arrays.copyOf(LAYER, 600));
        assertSentence("should have " + LAYER.length);
    }

    @Test
    void missingBlobIsASentence() throws IOException {
        layout.image(OciLayout.CONFIG, LAYER);
        Files.delete(layout.blob(LAYER));
        assertSentence("is missing");
    }

    @Test
    void digestThatClimbsOutIsASentence() throws IOException {
        layout.index("{\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}");
        assertSentence("no sha256 digest");
    }

    @Test
    void imageForAnotherProcessorIsASentence() throws IOException {
        layout.image(OciLayout.CONFIG.replace("amd64", "arm64"), LAYER);
        assertSentence("linux/arm64");
        layout.index(OciLayout.platform(layout.manifest(OciLayout.CONFIG, LAYER), "arm64"));
        assertSentence("no image for linux/amd64");
    }

    @Test
    void ourPlatformIsChosenInANestedIndex() throws IOException {
        String ours = OciLayout.platform(layout.manifest(OciLayout.CONFIG, LAYER), "amd64");
        String theirs = OciLayout.platform(layout.manifest(OciLayout.CONFIG.replace("/entry", "/no"), LAYER), "arm64");
        layout.index(layout.nested(theirs, ours));
        assertEquals(List.of("/entry"), read().defaults().entrypoint());
    }

    @Test
    void tagChoosesAnImage() throws IOException {
        layout.index(OciLayout.tagged(layout.manifest(OciLayout.CONFIG, LAYER), "one"),
                OciLayout.tagged(layout.manifest(OciLayout.CONFIG.replace("/entry", "/two"), LAYER), "two"));
        assertEquals(List.of("/two"), reader.read(layout.directory() + ":two").defaults().entrypoint());
        assertSentence("one, two");
        assertTrue(assertThrows(DemiException.class, () -> reader.read(layout.directory() + ":three")).getMessage()
                .contains("no image 'three'"));
    }

    @Test
    void indexWithoutEndIsASentence() throws IOException {
        String at = layout.manifest(OciLayout.CONFIG, LAYER);
        for (int i = 0; i < 10; i++) {
            at = layout.nested(at);
        }
        layout.index(at);
        assertSentence("without end");
    }

    @Test
    void brokenDocumentsAreSentences() throws IOException {
        for (String index : List.of("", "[]", "{", "{\"manifests\":7}", "{\"manifests\":[7]}", "{} {}",
                "{\"manifests\":[{\"digest\":7}]}")) {
            Files.writeString(layout.directory().resolve("index.json"), index);
            assertThrows(DemiException.class, this::read, index);
        }
        Files.delete(layout.directory().resolve("index.json"));
        assertSentence("no index.json");
    }

    @Test
    void archiveOfALayoutIsTheSameImage() throws Exception {
        layout.image(OciLayout.CONFIG, LAYER);
        for (String options : List.of("-cf", "-czf")) {
            Path archive = directory.resolve("archive" + options);
            Process tar = new ProcessBuilder("tar", "-C", layout.directory().toString(), options, archive.toString(),
                    ".").inheritIO().start();
            assertEquals(0, tar.waitFor());
            RootFs rootFs = reader.read(archive.toString());
            assertEquals(List.of("/entry"), rootFs.defaults().entrypoint());
            assertNotNull(rootFs.tree().find("/bin/sh", true));
        }
    }

    private RootFs read() throws IOException {
        return reader.read(layout.directory().toString());
    }

    private void assertSentence(String part) {
        DemiException e = assertThrows(DemiException.class, this::read);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}

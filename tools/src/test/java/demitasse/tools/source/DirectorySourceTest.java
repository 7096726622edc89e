package demitasse.tools.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SymbolicLink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {
    @TempDir
    Path directory;
    private Path root;
    private SourceReader reader;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        reader = new SourceReader(directory);
    }

    @Test
    void linksAndTimesAreKept() throws IOException {
        Files.writeString(root.resolve("a"), "content");
        Files.createLink(root.resolve("b"), root.resolve("a"));
        Files.createSymbolicLink(root.resolve("c"), Path.of("../a"));
        Files.setLastModifiedTime(root.resolve("a"), FileTime.fromMillis(1_500));
        var tree = reader.read(root.toString()).tree();
        assertSame(tree.find("/a", false), tree.find("/b", false));
        assertEquals("../a", ((SymbolicLink) tree.find("/c", false)).target());
        assertEquals(1, tree.find("/a", false).attributes().mtimeSeconds());
        assertEquals(500_000_000, tree.find("/a", false).attributes().mtimeNs());
        assertEquals(7, ((RegularFile) tree.find("/a", false)).content().sizeBytes());
    }

    @Test
    void namesAreBytes() throws Exception {
        // Through a shell, for Java itself may be unable to write such a name.
        Process shell = new ProcessBuilder("bash", "-c",
                "cd \"$1\" && touch $'\\xff%41' $'\\xc3\\xa9' && ln -s $'t\\xfe' link", "bash", root.toString())
                .inheritIO().start();
        assertEquals(0, shell.waitFor());
        var tree = reader.read(root.toString()).tree();
        assertEquals(Set.of("\u00ff%41", "\u00c3\u00a9", "link"), tree.root().children().keySet());
        assertEquals("t\u00fe", ((SymbolicLink) tree.find("/link", false)).target());
    }

    @Test
    void keyChangesWithAnyFile() throws IOException {
        Files.writeString(root.resolve("a"), "content");
        String key = reader.open(root.toString()).key();
        assertEquals(key, reader.open(root.toString()).key());
        FileTime time = Files.getLastModifiedTime(root.resolve("a"));
        Files.writeString(root.resolve("a"), "CONTENT");
        Files.setLastModifiedTime(root.resolve("a"), time);
        assertNotEquals(key, reader.open(root.toString()).key());
    }
}

package demitasse.tools.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.DemiException;
import demitasse.tools.erofs.ErofsWriter;
import demitasse.tools.source.Defaults;
import demitasse.tools.source.Progress;
import demitasse.tools.source.RootFs;
import demitasse.tools.source.Source;
import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCacheTest {
    private static final Progress SILENT = words -> { };

    @TempDir
    Path directory;
    private final AtomicInteger reads = new AtomicInteger();
    private ImageCache cache;

    @BeforeEach
    void open() {
        cache = new ImageCache(new CacheFiles(directory.resolve("cache")));
    }

    @Test
    void secondRequestReadsNothing() throws IOException {
        ImageEntry first = cache.image(source("key", "content"), SILENT);
        assertEquals(first, cache.image(source("key", "content"), SILENT));
        assertEquals(1, reads.get());
        assertEquals(first.digest(), ErofsWriter.digest(cache.path(first)));
        assertEquals("/work", first.defaults().workingDirectory());
    }

    @Test
    void sameContentIsKeptOnce() throws IOException {
        ImageEntry one = cache.image(source("one", "content"), SILENT);
        ImageEntry two = cache.image(source("two", "content"), SILENT);
        assertEquals(cache.path(one), cache.path(two));
        cache.remove(List.of(one));
        assertTrue(Files.exists(cache.path(two)));
        cache.remove(List.of(two));
        assertFalse(Files.exists(cache.path(two)));
        assertEquals(List.of(), cache.entries());
    }

    @Test
    void resolvedKeySparesReading() throws IOException {
        cache.image(source("named", "resolved", "content"), SILENT);
        ImageEntry again = cache.image(source("named anew", "resolved", "content"), SILENT);
        assertEquals("named anew", again.key());
        assertEquals(1, reads.get());
    }

    @Test
    void damagedImageIsBuiltAgain() throws IOException {
        ImageEntry entry = cache.image(source("key", "content"), SILENT);
        Path image = cache.path(entry);
        byte[] right = Files.readAllBytes(image);
        byte[] damaged = right.clone();
        damaged[damaged.length - 4096] ^= 1;
        for (byte[] bytes : new byte[][] {damaged, new byte[0], java.util.Arrays.copyOf(right, 4096)}) {
            Files.delete(image);
            Files.write(image, bytes);
            cache.image(source("key", "content"), SILENT);
            assertEquals(entry.digest(), ErofsWriter.digest(image));
        }
        assertEquals(4, reads.get());
    }

    @Test
    void copiedImageIsCheckedOnceAndKept() throws IOException {
        ImageEntry entry = cache.image(source("key", "content"), SILENT);
        byte[] bytes = Files.readAllBytes(cache.path(entry));
        Files.delete(cache.path(entry));
        Files.write(cache.path(entry), bytes);
        ImageEntry checked = cache.image(source("key", "content"), SILENT);
        assertNotEquals(entry.stamp(), checked.stamp());
        assertEquals(checked, cache.image(source("key", "content"), SILENT));
        assertEquals(1, reads.get());
    }

    @Test
    void missingImageAndBrokenEntryAreBuiltAgain() throws IOException {
        ImageEntry entry = cache.image(source("key", "content"), SILENT);
        Files.delete(cache.path(entry));
        cache.image(source("key", "content"), SILENT);
        try (Stream<Path> index = Files.list(directory.resolve("cache/index"))) {
            Files.writeString(index.findFirst().orElseThrow(), "{\"format\":1,\"key\":");
        }
        cache.image(source("key", "content"), SILENT);
        assertEquals(3, reads.get());
    }

    @Test
    void failureLeavesNothingBehind() throws IOException {
        assertThrows(DemiException.class, () -> cache.image(source("key", null), SILENT));
        try (Stream<Path> left = Files.walk(directory.resolve("cache"))) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).filter(file -> !file.toString().contains("locks"))
                    .toList());
        }
    }

    @Test
    void entryThatIsGarbageIsNotListed() throws IOException {
        cache.image(source("key", "content"), SILENT);
        Files.writeString(directory.resolve("cache/index/garbage.json"), "garbage");
        assertEquals(1, cache.entries().size());
    }

    @Test
    void manyProcessesAtOnceAgree() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.write(root.resolve("file"), new byte[10_000_000]);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ProcessBuilder builder = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                    System.getProperty("java.class.path"), "demitasse.tools.cli.Demi", "image", root.toString());
            builder.environment().put("XDG_CACHE_HOME", directory.toString());
            processes.add(builder.start());
        }
        Set<String> said = new HashSet<>();
        for (Process process : processes) {
            said.add(new String(process.getInputStream().readAllBytes()).strip());
            assertEquals(0, process.waitFor());
        }
        assertEquals(1, said.size());
        String digest = ErofsWriter.digest(Path.of(said.iterator().next()));
        assertEquals("sha256-" + digest + ".erofs", Path.of(said.iterator().next()).getFileName().toString());
        try (Stream<Path> temporary = Files.list(directory.resolve("demitasse/temporary"))) {
            assertEquals(List.of(), temporary.toList());
        }
    }

    @Test
    void cacheIsWhereXdgSays() throws IOException {
        assertThrows(DemiException.class, () -> CacheFiles.ofUser(Map.of("HOME", "")));
        assertEquals(directory.resolve(".cache/demitasse/x"),
                CacheFiles.ofUser(Map.of("HOME", directory.toString(), "XDG_CACHE_HOME", "relative")).directory("x"));
        assertEquals(directory.resolve("demitasse/x"),
                CacheFiles.ofUser(Map.of("XDG_CACHE_HOME", directory.toString())).directory("x"));
    }

    private Source source(String key, String content) {
        return source(key, key, content);
    }

    private Source source(String key, String resolvedKey, String content) {
        return new Source() {
            @Override
            public String name() {
                return "source " + key;
            }

            @Override
            public String key() {
                return key;
            }

            @Override
            public String resolvedKey(Progress progress) {
                return resolvedKey;
            }

            @Override
            public RootFs read(Spool spool, Progress progress) {
                reads.incrementAndGet();
                if (content == null) {
                    throw new DemiException("this source is broken");
                }
                FileTree tree = new FileTree();
                tree.add("/file", new RegularFile(Attributes.ofRoot(0644), Content.of(content.getBytes())));
                return new RootFs(tree, new Defaults(List.of(), List.of(), List.of(), "", "/work"));
            }
        };
    }
}

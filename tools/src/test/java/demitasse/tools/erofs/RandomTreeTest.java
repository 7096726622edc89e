package demitasse.tools.erofs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SymbolicLink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever the tree, fsck.erofs takes the image apart into the same tree. */
class RandomTreeTest {
    private static final String LETTERS = "!-.0AZaz~";
    private static final int NODES_MAX = 500;

    private int nodesLeft;

    @Property(tries = 30)
    void randomTreeComesOutAsItWentIn(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        FileTree tree = new FileTree();
        nodesLeft = NODES_MAX;
        fill(tree, "", random, 3);
        Path directory = Files.createTempDirectory("random-tree");
        try {
            Path image = directory.resolve("image");
            ErofsWriter.write(tree, image);
            Path extracted = directory.resolve("out");
            Fsck.extract(image, extracted);
            compare(tree.root(), extracted);
        } finally {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(path);
                }
            }
        }
    }

    private void fill(FileTree tree, String path, Random random, int depthLeft) {
        int children = random.nextInt(random.nextInt(10) == 0 ? 400 : 12);
        for (int i = 0; i < children && nodesLeft-- > 0; i++) {
            String child = path + "/" + name(random);
            if (tree.find(child, false) != null) {
                continue;
            }
            Attributes attributes = new Attributes(0700 | random.nextInt(0100), 0, 0, random.nextInt(), 0);
            switch (random.nextInt(depthLeft > 0 ? 8 : 6)) {
                case 0 -> tree.add(child, new SymbolicLink(attributes, "t/" + name(random)));
                case 6, 7 -> {
                    tree.add(child, new Directory(attributes));
                    fill(tree, child, random, depthLeft - 1);
                }
                default -> {
                    byte[] bytes = new byte[random.nextInt(random.nextInt(5) == 0 ? 20_000 : 100)];
                    random.nextBytes(bytes);
                    tree.add(child, new RegularFile(attributes, Content.of(bytes)));
                }
            }
        }
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder("n");
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 254 : 12); i > 0; i--) {
            name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return name.toString();
    }

    private static void compare(Directory expected, Path actual) throws IOException {
        Set<String> names = new HashSet<>();
        try (Stream<Path> list = Files.list(actual)) {
            list.forEach(path -> names.add(path.getFileName().toString()));
        }
        assertEquals(expected.children().keySet(), names);
        for (Map.Entry<String, demitasse.tools.tree.Node> entry : expected.children().entrySet()) {
            Path path = actual.resolve(entry.getKey());
            switch (entry.getValue()) {
                case Directory directory -> compare(directory, path);
                case RegularFile file -> {
                    try (var source = file.content().open()) {
                        assertArrayEquals(source.readAllBytes(), Files.readAllBytes(path));
                    }
                }
                case SymbolicLink link -> assertEquals(link.target(), Files.readSymbolicLink(path).toString());
                default -> throw new AssertionError(entry);
            }
        }
    }
}

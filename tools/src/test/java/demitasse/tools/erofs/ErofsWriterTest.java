package demitasse.tools.erofs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import demitasse.tools.DemiException;
import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SpecialFile;
import demitasse.tools.tree.SymbolicLink;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErofsWriterTest {
    @TempDir
    Path directory;
    private Path image;

    @BeforeEach
    void name() {
        image = directory.resolve("image");
    }

    @Test
    void emptyTreeIsAnImage() throws IOException {
        write(new FileTree());
        Fsck.check(image);
    }

    @Test
    void everyKindOfNodeIsAccepted() throws IOException {
        write(everything());
        Fsck.check(image);
    }

    @Test
    void sameTreeGivesTheSameBytes() throws IOException {
        write(everything());
        byte[] first = Files.readAllBytes(image);
        write(everything());
        assertArrayEquals(first, Files.readAllBytes(image));
    }

    @Test
    void digestIsTheFiles() throws IOException {
        assertEquals(ErofsWriter.digest(image(everything())), ErofsWriter.write(everything(), image));
    }

    @Test
    void differentContentGivesAnotherUuid() throws IOException {
        assertNotEquals(uuid(file("one")), uuid(file("two")));
    }

    @Test
    void fileDataStartsOnABlock() throws IOException {
        FileTree tree = new FileTree();
        tree.add("/f", file("needle").root().child("f"));
        byte[] bytes = Files.readAllBytes(image(tree));
        byte[] needle = "needle".getBytes();
        int at = 0;
        while (!Arrays.equals(bytes, at, at + needle.length, needle, 0, needle.length)) {
            at++;
        }
        assertEquals(0, at % 4096);
    }

    @Test
    void superblockWithAFlippedBitIsNoticed() throws IOException {
        write(everything());
        assertTrue(ErofsWriter.startsWithSuperblock(image));
        byte[] bytes = Files.readAllBytes(image);
        bytes[1024 + 40] ^= 1;
        Files.write(image, bytes);
        assertFalse(ErofsWriter.startsWithSuperblock(image));
        Files.write(image, Arrays.copyOf(bytes, 100));
        assertFalse(ErofsWriter.startsWithSuperblock(image));
    }

    @Test
    void fileThatShrinksMeanwhileIsASentence() {
        FileTree tree = new FileTree();
        tree.add("/f", new RegularFile(Attributes.ofRoot(0644), lying(10, new byte[3])));
        DemiException e = assertThrows(DemiException.class, () -> write(tree));
        assertTrue(e.getMessage().contains("became shorter"), e.getMessage());
    }

    @Test
    void largeSizesHave64Bits() throws IOException {
        // The layout alone: five gigabytes are not written in a unit test.
        FileTree tree = new FileTree();
        long sizeBytes = 5L << 30;
        tree.add("/big", new RegularFile(Attributes.ofRoot(0644), lying(sizeBytes, new byte[0])));
        tree.add("/next", file("x").root().child("f"));
        Layout layout = new Layout(tree.root());
        Inode big = layout.inodes.get(1);
        Inode next = layout.inodes.get(2);
        assertEquals(sizeBytes, big.sizeBytes);
        assertEquals(big.firstBlock + (sizeBytes >> 12), next.firstBlock);
    }

    @Test
    void hostKernelSeesTheSameTree() throws IOException {
        assumeTrue(HostMount.isPossible(), "needs root and a kernel with EROFS");
        write(everything());
        try (HostMount mount = new HostMount(image)) {
            Path root = mount.root();
            assertEquals("content", Files.readString(root.resolve("dir/file")));
            assertEquals(3000, root.resolve("many").toFile().list().length);
            assertEquals("x".repeat(2999), Files.readString(root.resolve("many/file2999")));
            assertEquals("a/".repeat(2040), Files.readSymbolicLink(root.resolve("long")).toString());
            assertEquals(Files.getAttribute(root.resolve("dir/file"), "unix:ino"),
                    Files.getAttribute(root.resolve("hard"), "unix:ino"));
            Map<String, List<Object>> seen = HostMount.describe(root);
            assertEquals(List.of(0104755, 100_000, 70_000, 1, 0L, FileTime.from(Instant.ofEpochSecond(-5, 7)),
                    0L, ErofsWriter.digest(root.resolve("suid"))), seen.get("suid"));
            assertEquals(300L << 8 | 0x70L | 0x111L << 20, seen.get("block").get(4));
            assertEquals(0010644, seen.get("pipe").get(0));
            assertEquals(0140600, seen.get("socket").get(0));
        }
    }

    /** What is hard about the format, in one tree. */
    private static FileTree everything() {
        FileTree tree = new FileTree();
        Attributes plain = new Attributes(0644, 0, 0, 1_700_000_000, 123_456_789);
        tree.add("/dir", new Directory(Attributes.ofRoot(01777)));
        tree.add("/dir/file", new RegularFile(plain, content("content")));
        tree.addHardLink("/hard", "/dir/file");
        tree.add("/suid", new RegularFile(new Attributes(04755, 100_000, 70_000, -5, 7), content("")));
        tree.add("/null", new SpecialFile(plain, SpecialFile.Kind.CHARACTER, 1, 3));
        tree.add("/block", new SpecialFile(plain, SpecialFile.Kind.BLOCK, 300, 0x11170));
        tree.add("/pipe", new SpecialFile(plain, SpecialFile.Kind.PIPE, 0, 0));
        tree.add("/socket", new SpecialFile(new Attributes(0600, 0, 0, 0, 0), SpecialFile.Kind.SOCKET, 0, 0));
        tree.add("/short", new SymbolicLink(plain, "t"));
        tree.add("/long", new SymbolicLink(plain, "a/".repeat(2040)));
        tree.add("/!before-dot", new RegularFile(plain, content("!")));
        tree.add("/\u00ff\u0080", new RegularFile(plain, content("name of no character set")));
        for (int size : new int[] {4095, 4096, 4097, 8192, 300_000}) {
            tree.add("/size" + size, new RegularFile(plain, Content.of(new byte[size])));
        }
        for (int i = 0; i < 3000; i++) {
            tree.add("/many/file" + i, new RegularFile(plain, content("x".repeat(i))));
        }
        for (int i = 1; i <= 255; i++) {
            tree.add("/names/" + "n".repeat(i), new RegularFile(plain, content("n")));
        }
        return tree;
    }

    private static FileTree file(String text) {
        FileTree tree = new FileTree();
        tree.add("/f", new RegularFile(Attributes.ofRoot(0644), content(text)));
        return tree;
    }

    private static Content content(String text) {
        return Content.of(text.getBytes());
    }

    private static Content lying(long sizeBytes, byte[] bytes) {
        return new Content() {
            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public String origin() {
                return "a file";
            }
        };
    }

    private void write(FileTree tree) throws IOException {
        ErofsWriter.write(tree, image);
    }

    private Path image(FileTree tree) throws IOException {
        write(tree);
        return image;
    }

    private long uuid(FileTree tree) throws IOException {
        write(tree);
        return ByteBuffer.wrap(Files.readAllBytes(image)).order(ByteOrder.BIG_ENDIAN).getLong(1024 + 48);
    }
}

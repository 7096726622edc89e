package demitasse.fs.erofs;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.EUCLEAN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.testing.ListedNames;
import demitasse.testing.TestMemory;
import demitasse.testing.TestTree;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Loan;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ErofsFileSystemTest {
    private static final int BLOCKS = 64;
    private static final int MANY = 900;
    private static final int FT_REGULAR = 1;
    private static final int REGULAR = Stat.S_IFREG | 0644;

    /** One file of each kind, and a directory of several blocks. */
    static byte[] sample() {
        HandmadeImage image = new HandmadeImage(BLOCKS);
        Map<String, Integer> many = new TreeMap<>();
        int small = image.inode(REGULAR, bytes(5, 1), HandmadeImage.INLINE, false);
        for (int i = 0; i < MANY; i++) {
            many.put("name-" + i, small);
        }
        many.put(".", 1);
        many.put("..", 1);
        Map<String, Integer> root = new TreeMap<>();
        root.put("small", small);
        root.put("many", image.inode(Stat.S_IFDIR | 0755, HandmadeImage.directoryData(many, FT_REGULAR),
                HandmadeImage.INLINE, false));
        root.put("plain", image.inode(REGULAR, bytes(10_000, 2), HandmadeImage.PLAIN, true));
        root.put("inline", image.inode(REGULAR, bytes(5000, 3), HandmadeImage.INLINE, false));
        image.holeChunk = 1;
        root.put("chunks", image.inode(REGULAR, bytes(13_000, 4), HandmadeImage.CHUNKS, false));
        root.put("indexes", image.inode(REGULAR, bytes(13_000, 5), HandmadeImage.CHUNK_INDEXES, true));
        root.put("link", image.inode(Stat.S_IFLNK | 0777, "many/name-7".getBytes(StandardCharsets.UTF_8),
                HandmadeImage.INLINE, false));
        root.put("null", image.device(Stat.S_IFCHR | 0666, 0x103));
        root.put("compressed", image.inode(REGULAR, bytes(10, 6), HandmadeImage.COMPRESSED, false));
        root.put("empty", image.inode(REGULAR, new byte[0], HandmadeImage.INLINE, false));
        int rootNid = image.inode(Stat.S_IFDIR | 0755, HandmadeImage.directoryData(root, FT_REGULAR),
                HandmadeImage.INLINE, true);
        return image.finish(rootNid);
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static long load(TestMemory memory, byte[] image) {
        long address = memory.initrdAddress();
        for (int i = 0; i < image.length; i += 8) {
            long word = 0;
            for (int j = 7; j >= 0; j--) {
                word = word << 8 | image[i + j] & 0xff;
            }
            Memory.putLong(address + i, word);
        }
        return address;
    }

    private static TestTree mount(byte[] image) {
        return new TestTree(new TestMemory(8L << 20, image.length), tree -> {
            Ref<ErofsFileSystem> out = new Ref<>();
            assertEquals(0, ErofsFileSystem.open(load(tree.memory, image), image.length, tree.pages,
                    TestTree.NO_SPECIAL_FILES, tree.mounts.newDevice(), out));
            return out.value;
        });
    }

    private static int open(byte[] image) {
        TestMemory memory = new TestMemory(1L << 20, image.length);
        return ErofsFileSystem.open(load(memory, image), image.length, null, null, 1, new Ref<>());
    }

    private static byte[] contents(TestTree tree, String path) {
        FileHandle file = tree.open(path, OpenFlags.O_RDONLY);
        byte[] bytes = tree.read(file, 1 << 16, FileHandle.CURRENT);
        assertEquals(0, tree.read(file, 10, FileHandle.CURRENT).length);
        file.release();
        return bytes;
    }

    @Test
    void everyLayoutReadsAsWritten() {
        TestTree tree = mount(sample());
        assertArrayEquals(bytes(5, 1), contents(tree, "/small"));
        assertArrayEquals(bytes(10_000, 2), contents(tree, "/plain"));
        assertArrayEquals(bytes(5000, 3), contents(tree, "/inline"));
        byte[] chunks = bytes(13_000, 4);
        byte[] indexes = bytes(13_000, 5);
        java.util.Arrays.fill(chunks, 4096, 8192, (byte) 0);
        java.util.Arrays.fill(indexes, 4096, 8192, (byte) 0);
        assertArrayEquals(chunks, contents(tree, "/chunks"));
        assertArrayEquals(indexes, contents(tree, "/indexes"));
        assertEquals(0, contents(tree, "/empty").length);
    }

    @Test
    void inodesTellWhatTheImageSays() {
        TestTree tree = mount(sample());
        Stat plain = tree.stat("/plain");
        assertEquals(REGULAR, plain.mode);
        assertEquals(10_000, plain.sizeBytes);
        assertEquals(100_000, plain.uid);
        assertEquals(100_001, plain.gid);
        assertEquals(1_600_000_000_000_000_005L, plain.modifyNs);
        Stat small = tree.stat("/small");
        assertEquals(10, small.uid);
        assertEquals(11, small.gid);
        assertEquals(1_500_000_000_000_000_007L, small.modifyNs);
        assertEquals(Stat.deviceOf(1, 3), tree.stat("/null").deviceNumber);
    }

    @Test
    void namesAreFoundInEveryBlockOfADirectory() {
        TestTree tree = mount(sample());
        for (int i = 0; i < MANY; i++) {
            assertEquals(0, tree.walk("/many/name-" + i, 0, new Path()), "name-" + i);
        }
        for (String missing : List.of("a", "name-", "name-00", "name-9000", "zzz", "name-450x")) {
            assertEquals(-ENOENT, tree.walk("/many/" + missing, 0, new Path()), missing);
        }
        Path out = new Path();
        assertEquals(0, tree.walk("/link", PathWalk.FOLLOW, out));
        assertEquals("/many/name-7", tree.pathOf(out, tree.root));
    }

    @Test
    void aDirectoryIsListedInPieces() {
        TestTree tree = mount(sample());
        FileHandle directory = tree.open("/many", OpenFlags.O_RDONLY);
        List<String> all = ListedNames.readAll(directory);
        assertEquals(MANY + 2, all.size());
        directory.seek(0, SeekWhence.SEEK_SET);
        int seen = 0;
        List<String> some = ListedNames.read(directory, 31);
        while (!some.isEmpty()) {
            assertEquals(all.subList(seen, seen + some.size()), some);
            seen += some.size();
            some = ListedNames.read(directory, 31);
        }
        assertEquals(all.size(), seen);
    }

    @Test
    void wholePagesAreMappedFromTheImageAndTailsAreCopied() {
        TestTree tree = mount(sample());
        Inode plain = tree.place("/plain").inode();
        long frame = plain.page(1, false);
        assertTrue(frame >= tree.memory.initrdAddress(), "a frame of the image");
        assertEquals(bytes(10_000, 2)[4096], Memory.getByte(frame));
        assertEquals(-EINVAL, plain.page(3, false));
        Path inlinePlace = tree.place("/inline");
        long free = tree.pages.freeBytes();
        long tail = inlinePlace.inode().page(1, false);
        assertTrue(tail < tree.memory.initrdAddress(), "a frame of RAM");
        assertEquals(tail, inlinePlace.inode().page(1, false));
        assertEquals(bytes(5000, 3)[4999], Memory.getByte(tail + 903));
        assertEquals(0, Memory.getByte(tail + 904));
        assertEquals(free - 4096, tree.pages.freeBytes());
        assertEquals(0, tree.place("/chunks").inode().page(1, false), "a hole");
    }

    @Test
    void nothingCanBeChanged() {
        TestTree tree = mount(sample());
        assertEquals(-EROFS, tree.file("/new"));
        assertEquals(-EROFS, tree.unlink("/small", false));
        assertEquals(-EROFS, tree.rename("/small", "/other", 0));
        assertEquals(-EROFS, tree.place("/small").inode().setMode(0));
        assertEquals(-EROFS, tree.place("/small").inode().truncate(0));
        Path small = tree.place("/small");
        assertEquals(-EROFS, small.inode().open(OpenFlags.O_WRONLY, small, new Ref<>()));
        tree.user.uid = 3;
        assertEquals(-EACCES, tree.file("/new"));
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        TestTree tree = mount(sample());
        assertEquals(-ENOTSUP, tree.walk("/compressed", 0, new Path()));
        byte[] image = sample();
        image[1024] ^= 1;
        assertEquals(-EINVAL, open(image));
        image = sample();
        image[1024 + 80] = 2;
        assertEquals(-ENOTSUP, open(image));
        image = sample();
        image[1024 + 12] = 9;
        assertEquals(-ENOTSUP, open(image));
        image = sample();
        image[1024 + 50] ^= 1;
        assertEquals(-EUCLEAN, open(image), "the checksum is wrong");
        assertEquals(-EINVAL, open(new byte[1024]));
        assertEquals(-EUCLEAN, open(java.util.Arrays.copyOf(sample(), 4096)), "cut off");
    }

    /**
     * Walks all that a damaged image shows: any answer will do, but no access outside (HostMemory throws on
     * it).
     */
    @Property(tries = 300)
    void aLyingImageIsNeverBelieved(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int damages) {
        byte[] image = sample();
        Random random = new Random(seed);
        for (int i = 0; i < damages; i++) {
            // Mostly where the metadata stands.
            int at = random.nextInt(4) == 0 ? random.nextInt(image.length) : 4096 + random.nextInt(11 * 4096);
            image[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextBoolean() ? 0xff : 0);
        }
        exploreAll(image);
    }

    /** Mounts whatever it is and looks at all that it shows. */
    static void exploreAll(byte[] image) {
        TestMemory memory = new TestMemory(1L << 20, image.length);
        demitasse.alloc.Pages pages = new demitasse.alloc.Pages(memory);
        Ref<ErofsFileSystem> out = new Ref<>();
        long address = load(memory, image);
        if (ErofsFileSystem.open(address, image.length, pages, TestTree.NO_SPECIAL_FILES, 1, out) == 0) {
            new Explorer(out.value).explore();
        }
    }

    private static final class Explorer {
        private static final int VISITS_MAX = 3000;
        private final ErofsFileSystem fileSystem;
        private final long page;
        private final Stat stat = new Stat();
        private final ArrayDeque<Inode> waiting = new ArrayDeque<>();
        private int visits;

        Explorer(ErofsFileSystem fileSystem) {
            this.fileSystem = fileSystem;
            page = fileSystem.pages().allocate(0);
        }

        void explore() {
            waiting.add(fileSystem.root());
            while (!waiting.isEmpty() && visits++ < VISITS_MAX) {
                Inode inode = waiting.poll();
                inode.retained();
                inode.stat(stat);
                inode.readLink(new demitasse.vfs.Name());
                inode.page(0, false);
                inode.page((stat.sizeBytes - 1) >> 12, false);
                Ref<FileHandle> handle = new Ref<>();
                if (inode.open(OpenFlags.O_RDONLY, null, handle) == 0) {
                    look(inode, handle.value);
                    handle.value.release();
                }
                inode.dropped();
            }
        }

        private void look(Inode inode, FileHandle handle) {
            handle.read(new demitasse.vfs.KernelTransfer().set(page, 4096), Math.max(0, stat.sizeBytes - 4000));
            if (handle instanceof RegularHandle regular) {
                borrow(regular, Math.max(0, stat.sizeBytes - 4000));
            }
            handle.seek(0, SeekWhence.SEEK_END);
            handle.seek(0, SeekWhence.SEEK_SET);
            handle.list(new demitasse.vfs.DirectorySink() {
                @Override
                public boolean entry(demitasse.vfs.Name name, long number, int type, long nextOffset) {
                    Ref<Inode> found = new Ref<>();
                    if (inode.lookup(name, found) == 0 && waiting.size() < 100) {
                        waiting.add(found.value);
                    }
                    return true;
                }

                @Override
                public boolean dots(int count, long number, long nextOffset) {
                    return true;
                }
            });
        }

        private void borrow(RegularHandle handle, long offset) {
            Loan loan = new Loan();
            handle.lend(offset, 1 << 20, loan);
            if (loan.address != 0) {
                Memory.getByte(loan.address);
                Memory.getByte(loan.address + loan.lengthBytes - 1);
            }
        }
    }

    @Test
    void anInodeObjectIsSharedWhileItIsUsed() {
        TestTree tree = mount(sample());
        Path one = tree.place("/small");
        Path other = tree.place("/many/name-3");
        assertFalse(one.samePlace(other));
        assertEquals(one.inode(), other.inode());
        assertNotEquals(one.inode(), tree.place("/plain").inode());
    }
}

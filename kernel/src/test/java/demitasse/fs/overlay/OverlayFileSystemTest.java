package demitasse.fs.overlay;

import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTEMPTY;
import static demitasse.base.error.Errno.EXDEV;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.testing.ListedNames;
import demitasse.testing.TestMemory;
import demitasse.testing.TestTree;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;
import demitasse.vfs.FileView;
import demitasse.vfs.Inode;
import demitasse.vfs.AllocateMode;
import java.util.HashSet;
import java.util.List;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OverlayFileSystemTest {
    private TestTree lower;
    private TestTree tree;

    @BeforeEach
    void layTheLayers() {
        lower = new TestTree(new TestMemory(16L << 20), TestTree::newTmpFileSystem);
        lower.directory("/etc");
        lower.directory("/etc/sub");
        lower.file("/etc/passwd");
        lower.file("/etc/sub/deep");
        lower.symlink("passwd", "/etc/link");
        write(lower, "/etc/passwd", "root");
        lower.place("/etc/passwd").inode().setMode(0640);
        tree = new TestTree(lower, new OverlayFileSystem(lower.root.mount().fileSystem(),
                lower.newTmpFileSystem(), lower.pages, lower.slabs, lower.mounts.newDevice()));
    }

    private static void write(TestTree where, String path, String text) {
        FileHandle file = where.open(path, OpenFlags.O_RDWR);
        where.write(file, text.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0);
        file.release();
    }

    private static String read(TestTree where, String path) {
        FileHandle file = where.open(path, OpenFlags.O_RDONLY);
        byte[] bytes = where.read(file, 1000, 0);
        file.release();
        return new String(bytes, java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static Set<String> names(TestTree where, String path) {
        FileHandle directory = where.open(path, OpenFlags.O_RDONLY);
        List<String> names = ListedNames.readAll(directory);
        directory.release();
        assertEquals(names.size(), new HashSet<>(names).size(), "no name twice: " + names);
        return new TreeSet<>(names);
    }

    @Test
    void theFirstWriteCopiesAndKeepsWhatStatTells() {
        Stat before = tree.stat("/etc/passwd");
        tree.clock.advance(5000);
        write(tree, "/etc/passwd", "ROOT!");
        Stat after = tree.stat("/etc/passwd");
        assertEquals("ROOT!", read(tree, "/etc/passwd"));
        assertEquals("root", read(lower, "/etc/passwd"));
        assertEquals(before.inode, after.inode);
        assertEquals(before.device, after.device);
        assertEquals(before.mode, after.mode);
        assertEquals(before.modifyNs + 5000, after.modifyNs);
        tree.forgetAll();
        assertEquals(before.inode, tree.stat("/etc/passwd").inode, "also when it is looked up anew");
    }

    @Test
    void anOpenReaderKeepsTheOldContents() {
        FileHandle reader = tree.open("/etc/passwd", OpenFlags.O_RDONLY);
        write(tree, "/etc/passwd", "new!");
        assertArrayEquals("root".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                tree.read(reader, 10, 0));
        Stat stat = new Stat();
        reader.inode().stat(stat);
        assertEquals(tree.stat("/etc/passwd").inode, stat.inode);
        reader.release();
    }

    @Test
    void removedNamesStayRemovedAndCanBeMadeAnew() {
        assertEquals(0, tree.unlink("/etc/passwd", false));
        tree.forgetAll();
        assertEquals(-ENOENT, tree.walk("/etc/passwd", 0, new Path()));
        assertEquals(-ENOENT, tree.walk("/etc/link", PathWalk.FOLLOW, new Path()));
        assertEquals(Set.of(".", "..", "link", "sub"), names(tree, "/etc"));
        assertEquals(0, tree.file("/etc/passwd"));
        assertEquals("", read(tree, "/etc/passwd"));
        assertEquals(Set.of(".", "..", "link", "sub", "passwd"), names(tree, "/etc"));
        assertNotEquals(lower.stat("/etc/passwd").inode, tree.stat("/etc/passwd").inode);
    }

    @Test
    void aDirectoryMadeInTheOldPlaceIsEmpty() {
        assertEquals(-ENOTEMPTY, tree.unlink("/etc/sub", true));
        assertEquals(0, tree.unlink("/etc/sub/deep", false));
        assertEquals(0, tree.unlink("/etc/sub", true));
        assertEquals(0, tree.directory("/etc/sub"));
        tree.forgetAll();
        assertEquals(Set.of(".", ".."), names(tree, "/etc/sub"));
        assertEquals(-ENOENT, tree.walk("/etc/sub/deep", 0, new Path()));
    }

    @Test
    void lowerDirectoriesDoNotMoveAndUpperOnesDo() {
        assertEquals(-EXDEV, tree.rename("/etc", "/other", 0));
        assertEquals(0, tree.directory("/new"));
        assertEquals(0, tree.file("/new/file"));
        assertEquals(0, tree.unlink("/etc/sub/deep", false));
        assertEquals(0, tree.rename("/new", "/etc/sub", 0));
        tree.forgetAll();
        assertEquals(Set.of(".", "..", "file"), names(tree, "/etc/sub"));
    }

    @Test
    void aMovedLowerFileLeavesNothingBehind() {
        long inode = tree.stat("/etc/passwd").inode;
        assertEquals(0, tree.rename("/etc/passwd", "/etc/shadow", 0));
        tree.forgetAll();
        assertEquals(-ENOENT, tree.walk("/etc/passwd", 0, new Path()));
        assertEquals("root", read(tree, "/etc/shadow"));
        assertEquals(inode, tree.stat("/etc/shadow").inode);
        assertEquals(Set.of(".", "..", "link", "sub", "shadow"), names(tree, "/etc"));
    }

    @Test
    void aListingSurvivesTheCopyingOfWhatItLists() {
        for (int i = 0; i < 100; i++) {
            lower.file("/etc/sub/" + i);
        }
        tree.file("/etc/sub/new");
        FileHandle directory = tree.open("/etc/sub", OpenFlags.O_RDONLY);
        Set<String> seen = new HashSet<>();
        List<String> some = ListedNames.read(directory, 7);
        while (!some.isEmpty()) {
            for (String name : some) {
                assertTrue(seen.add(name), name + " is listed once");
                tree.place("/etc/sub/" + name).inode().setMode(0755);
            }
            some = ListedNames.read(directory, 7);
        }
        assertEquals(104, seen.size());
        directory.release();
    }

    @Test
    void numbersOfAListingAreThoseOfStat() {
        tree.file("/etc/new");
        tree.place("/etc/link").inode().setOwner(1, 1);
        write(tree, "/etc/passwd", "x");
        FileHandle directory = tree.open("/etc", OpenFlags.O_RDONLY);
        ListedNames names = new ListedNames(100);
        assertEquals(0, directory.list(names));
        for (int i = 0; i < names.names.size(); i++) {
            assertEquals(tree.stat("/etc/" + names.names.get(i)).inode, names.inodes.get(i),
                    names.names.get(i));
        }
        directory.release();
    }

    @Test
    void aRemovedFileThatIsOpenCanStillBeChanged() {
        FileHandle file = tree.open("/etc/passwd", OpenFlags.O_RDONLY);
        tree.unlink("/etc/passwd", false);
        assertEquals(0, file.inode().setMode(0600));
        Stat stat = new Stat();
        file.inode().stat(stat);
        assertEquals(Stat.S_IFREG | 0600, stat.mode);
        assertEquals(-ENOENT, tree.walk("/etc/passwd", 0, new Path()));
        file.release();
    }

    @Test
    void truncatingOpensCopyNoData() {
        lower.file("/big");
        lower.place("/big").inode().truncate(1L << 40);
        Path big = tree.place("/big");
        demitasse.base.collect.Ref<FileHandle> out = new demitasse.base.collect.Ref<>();
        assertEquals(0, big.inode().open(OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, big, out));
        assertEquals(0, big.inode().truncate(0));
        out.value.release();
        assertEquals(0, tree.stat("/big").sizeBytes);
    }

    @Test
    void nothingIsLeftBehindWhenAllIsForgotten() {
        tree.forgetAll();
        long used = lower.slabs.usedBytes();
        for (int i = 0; i < 3; i++) {
            names(tree, "/etc");
            read(tree, "/etc/passwd");
            tree.place("/etc/sub/deep").clear();
            tree.place("/etc/link").clear();
        }
        tree.forgetAll();
        assertTrue(lower.slabs.usedBytes() <= used + 64, "names are given back");
    }

    @Test
    void mappingsHearOfPagesThatGo() {
        tree.file("/grown");
        write(tree, "/grown", "x".repeat(9000));
        List<String> told = new ArrayList<>();
        FileView view = new FileView() {
            @Override
            protected void pagesGo(long first, long limit, boolean copies) {
                told.add(first + ".." + limit + (copies ? " with copies" : ""));
            }

            @Override
            protected boolean mayWrite() {
                return true;
            }
        };
        Inode inode = tree.place("/grown").inode();
        inode.addView(view);
        assertTrue(inode.hasWritingView());
        inode.truncate(5000);
        inode.allocate(AllocateMode.PUNCH_HOLE | AllocateMode.KEEP_SIZE, 0, 8192);
        inode.removeView(view);
        inode.truncate(0);
        assertEquals(List.of("2.." + Long.MAX_VALUE + " with copies", "0..2"), told);
    }
}

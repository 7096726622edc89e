package demitasse.fs.tmp;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTEMPTY;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EPERM;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.testing.ListedNames;
import demitasse.testing.TestTree;
import demitasse.vfs.AllocateMode;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;
import demitasse.vfs.TreeChanges;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TmpFileSystemTest {
    private static final long GIB = 1L << 30;

    private TestTree tree;

    @BeforeEach
    void makeTree() {
        tree = new TestTree();
    }

    @Test
    void linksOfDirectoriesCountTheirSubdirectories() {
        tree.directory("/d");
        assertEquals(2, tree.stat("/d").links);
        tree.directory("/d/e");
        tree.directory("/d/f");
        tree.file("/d/g");
        assertEquals(4, tree.stat("/d").links);
        tree.rename("/d/e", "/e", 0);
        assertEquals(3, tree.stat("/d").links);
        tree.unlink("/d/f", true);
        assertEquals(2, tree.stat("/d").links);
    }

    @Test
    void aRemovedFileLivesWhileItIsOpen() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        tree.write(file, new byte[] {1, 2, 3}, FileHandle.CURRENT);
        long free = tree.pages.freeBytes();
        assertEquals(0, tree.unlink("/f", false));
        assertArrayEquals(new byte[] {1, 2, 3}, tree.read(file, 10, 0));
        Stat stat = new Stat();
        file.inode().stat(stat);
        assertEquals(0, stat.links);
        file.release();
        assertTrue(tree.pages.freeBytes() > free, "the data is gone with the last handle");
    }

    @Test
    void hardLinksShareTheFile() {
        tree.file("/f");
        assertEquals(0, tree.link("/f", "/g"));
        assertEquals(2, tree.stat("/g").links);
        assertEquals(tree.stat("/f").inode, tree.stat("/g").inode);
        assertEquals(-EEXIST, tree.link("/f", "/g"));
        tree.directory("/d");
        assertEquals(-EPERM, tree.link("/d", "/e"));
        assertEquals(0, tree.rename("/f", "/g", 0));
        assertEquals(0, tree.walk("/f", 0, new Path()), "two names of one file: rename does nothing");
    }

    @Test
    void renameAnswersAsItsManPageSays() {
        tree.directory("/d");
        tree.directory("/d/sub");
        tree.directory("/empty");
        tree.file("/f");
        assertEquals(-EINVAL, tree.rename("/d", "/d/sub/x", 0));
        assertEquals(-ENOTEMPTY, tree.rename("/d/sub", "/d", 0));
        assertEquals(-ENOTDIR, tree.rename("/d", "/f", 0));
        assertEquals(-EISDIR, tree.rename("/f", "/d", 0));
        assertEquals(-ENOTEMPTY, tree.rename("/empty", "/d", 0));
        assertEquals(0, tree.rename("/d", "/empty", 0));
        assertEquals(0, tree.walk("/empty/sub", 0, new Path()));
        assertEquals(-EEXIST, tree.rename("/f", "/empty", TreeChanges.RENAME_NOREPLACE));
        assertEquals(-ENOENT, tree.rename("/f", "/x", TreeChanges.RENAME_EXCHANGE));
        assertEquals(0, tree.rename("/f", "/empty/sub", TreeChanges.RENAME_EXCHANGE));
        assertEquals(Stat.S_IFDIR, tree.stat("/f").mode & Stat.S_IFMT);
        assertEquals(Stat.S_IFREG, tree.stat("/empty/sub").mode & Stat.S_IFMT);
        assertEquals(-EINVAL, tree.rename("/", "/x", 0) == 0 ? 0 : -EINVAL);
    }

    @Test
    void removingAnswersAsItsManPageSays() {
        tree.directory("/d");
        tree.file("/d/f");
        assertEquals(-ENOTEMPTY, tree.unlink("/d", true));
        assertEquals(-EISDIR, tree.unlink("/d", false));
        assertEquals(-ENOTDIR, tree.unlink("/d/f", true));
        assertEquals(-ENOENT, tree.unlink("/d/g", false));
        Path held = tree.place("/d");
        assertEquals(0, tree.unlink("/d/f", false));
        assertEquals(0, tree.unlink("/d", true));
        assertEquals(-ENOENT, tree.mounts.changes().create(
                held, tree.name("new"), Stat.S_IFREG | 0644, 0, tree.user, null));
    }

    @Test
    void inAStickyDirectoryOnlyOwnersRemove() {
        tree.directory("/t");
        tree.place("/t").inode().setMode(01777);
        tree.user.uid = 7;
        tree.file("/t/mine");
        tree.user.uid = 8;
        assertEquals(-EPERM, tree.unlink("/t/mine", false));
        assertEquals(-EPERM, tree.rename("/t/mine", "/t/yours", 0));
        tree.user.uid = 7;
        assertEquals(0, tree.unlink("/t/mine", false));
    }

    @Test
    void aSetGroupIdDirectoryHandsOnItsGroup() {
        tree.directory("/d");
        Path directory = tree.place("/d");
        directory.inode().setOwner(-1, 55);
        directory.inode().setMode(02775);
        tree.file("/d/f");
        tree.directory("/d/sub");
        assertEquals(55, tree.stat("/d/f").gid);
        assertEquals(02755, tree.stat("/d/sub").mode & 07777);
    }

    @Test
    void sparseFilesTakeWhatIsWritten() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        assertEquals(1, tree.write(file, new byte[] {9}, 1000 * GIB));
        assertEquals(1000 * GIB + 1, tree.stat("/f").sizeBytes);
        assertEquals(8, tree.stat("/f").blocks);
        assertArrayEquals(new byte[] {0, 9}, tree.read(file, 10, 1000 * GIB - 1));
        assertArrayEquals(new byte[5], tree.read(file, 5, 77));
        assertEquals(1000 * GIB, file.seek(0, SeekWhence.SEEK_DATA));
        assertEquals(0, file.seek(0, SeekWhence.SEEK_HOLE));
        assertEquals(1000 * GIB + 1, file.seek(1000 * GIB, SeekWhence.SEEK_HOLE));
        assertEquals(-ENXIO, file.seek(1000 * GIB + 1, SeekWhence.SEEK_DATA));
        assertEquals(0, file.inode().truncate(0));
        assertEquals(0, tree.stat("/f").blocks);
    }

    @Test
    void whatWasCutOffReadsAsZerosWhenTheFileGrowsAgain() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        tree.write(file, new byte[] {1, 2, 3, 4}, 0);
        file.inode().truncate(2);
        file.inode().truncate(4);
        assertArrayEquals(new byte[] {1, 2, 0, 0}, tree.read(file, 10, 0));
        file.inode().allocate(AllocateMode.PUNCH_HOLE | AllocateMode.KEEP_SIZE, 1, 10000);
        assertArrayEquals(new byte[] {1, 0, 0, 0}, tree.read(file, 10, 0));
    }

    @Test
    void theSizeLimitIsAnErrorAndGivesBack() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        assertEquals(0, file.inode().allocate(0, 0, TestTree.SIZE_BYTES));
        tree.file("/g");
        FileHandle other = tree.open("/g", OpenFlags.O_RDWR);
        assertEquals(-ENOSPC, tree.write(other, new byte[] {1}, 0));
        assertEquals(-ENOSPC, other.inode().allocate(0, 0, 4096));
        Statistics statistics = new Statistics();
        tree.root.mount().fileSystem().statistics(statistics);
        assertEquals(0, statistics.blocksFree);
        file.inode().truncate(TestTree.SIZE_BYTES - 1);
        assertEquals(-ENOSPC, tree.write(other, new byte[] {1}, 0));
        file.inode().truncate(TestTree.SIZE_BYTES - 4096);
        assertEquals(1, tree.write(other, new byte[] {1}, 0));
    }

    @Test
    void appendGoesToTheEndWhateverTheOffset() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR | OpenFlags.O_APPEND);
        tree.write(file, new byte[] {1}, FileHandle.CURRENT);
        file.seek(0, SeekWhence.SEEK_SET);
        tree.write(file, new byte[] {2}, FileHandle.CURRENT);
        tree.write(file, new byte[] {3}, 0);
        assertArrayEquals(new byte[] {1, 2, 3}, tree.read(file, 10, 0));
        assertEquals(2, file.seek(0, SeekWhence.SEEK_CUR));
    }

    @Test
    void aDirectoryIsReadWholeWhileItsNamesAreRemoved() {
        tree.directory("/d");
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            tree.file("/d/" + i);
            expected.add(Integer.toString(i));
        }
        FileHandle directory = tree.open("/d", OpenFlags.O_RDONLY);
        Set<String> seen = new HashSet<>();
        List<String> names = ListedNames.read(directory, 7);
        assertEquals(List.of(".", ".."), names.subList(0, 2));
        while (!names.isEmpty()) {
            for (String name : names) {
                assertTrue(seen.add(name), name + " is listed once");
                if (!name.startsWith(".")) {
                    assertEquals(0, tree.unlink("/d/" + name, false));
                }
            }
            names = ListedNames.read(directory, 7);
        }
        seen.remove(".");
        seen.remove("..");
        assertEquals(expected, seen);
        assertEquals(0, tree.unlink("/d", true));
        assertEquals(-ENOENT, directory.list(new ListedNames(5)));
    }

    @Test
    void aHundredThousandNamesAreFoundAndLeaveNothingBehind() {
        tree.directory("/d");
        long used = tree.slabs.usedBytes();
        for (int i = 0; i < 100_000; i++) {
            assertEquals(0, tree.file("/d/" + i));
        }
        assertEquals(0, tree.walk("/d/0", 0, new Path()));
        assertEquals(0, tree.walk("/d/99999", 0, new Path()));
        assertEquals(-ENOENT, tree.walk("/d/100000", 0, new Path()));
        for (int i = 0; i < 100_000; i++) {
            assertEquals(0, tree.unlink("/d/" + i, false));
        }
        assertTrue(tree.slabs.usedBytes() <= used + 4096, "records and tables are given back");
    }

    @Test
    void timesFollowTheChanges() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        long made = tree.stat("/f").modifyNs;
        tree.clock.advance(1000);
        tree.write(file, new byte[] {1}, 0);
        assertEquals(made + 1000, tree.stat("/f").modifyNs);
        assertEquals(made + 1000, tree.stat("/f").changeNs);
        tree.clock.advance(1000);
        tree.read(file, 1, 0);
        assertEquals(made + 2000, tree.stat("/f").accessNs);
        tree.clock.advance(1000);
        tree.read(file, 1, 0);
        assertEquals(made + 2000, tree.stat("/f").accessNs, "relatime");
        file.inode().setMode(0600);
        assertEquals(made + 1000, tree.stat("/f").modifyNs);
        assertEquals(made + 3000, tree.stat("/f").changeNs);
        assertEquals(made, tree.stat("/f").birthNs);
    }

    @Test
    void pagesOfAMappingAreThoseOfTheFile() {
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        file.inode().truncate(10_000);
        assertEquals(0, file.inode().page(1, false));
        long frame = file.inode().page(1, true);
        assertNotEquals(0, frame);
        assertEquals(frame, file.inode().page(1, false));
        demitasse.base.memory.Memory.putByte(frame + 4, (byte) 42);
        assertArrayEquals(new byte[] {42}, tree.read(file, 1, 4100));
        assertEquals(-EINVAL, file.inode().page(3, true));
    }

    @Test
    void linksHoldTheirText() {
        assertEquals(0, tree.symlink("some/where", "/l"));
        assertEquals(10, tree.stat("/l").sizeBytes);
        assertEquals(-ENOENT, tree.walk("/l", PathWalk.FOLLOW, new Path()));
    }

    @Test
    void anUnnamedFileGoesWithItsHandle() {
        long free = tree.pages.freeBytes();
        demitasse.base.collect.Ref<demitasse.vfs.Inode> made = new demitasse.base.collect.Ref<>();
        assertEquals(0, tree.root.inode().createUnnamed(Stat.S_IFREG | 0600, 0, 0, made));
        Path place = new Path();
        place.setDetached(tree.root, made.value);
        demitasse.base.collect.Ref<FileHandle> out = new demitasse.base.collect.Ref<>();
        place.inode().open(OpenFlags.O_RDWR, place, out);
        place.clear();
        tree.write(out.value, new byte[5000], 0);
        out.value.release();
        assertTrue(free - tree.pages.freeBytes() <= 2 * 4096, "only slabs may stay");
    }
}

package demitasse.vfs;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EXDEV;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.testing.TestTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathWalkTest {
    private static final int FOLLOW = PathWalk.FOLLOW;

    private TestTree tree;

    @BeforeEach
    void makeTree() {
        tree = new TestTree();
        tree.directory("/a");
        tree.directory("/a/b");
        tree.file("/a/b/file");
        tree.symlink("b/file", "/a/tofile");
        tree.symlink("/a/b", "/todir");
        tree.symlink("loop", "/loop");
        tree.symlink("nowhere", "/dangling");
        tree.symlink("../..", "/a/b/up");
    }

    @ParameterizedTest
    @CsvSource({
        "/, /", "//, /", "/a, /a", "//a//b/, /a/b", "/a/./b/., /a/b", "/a/b/.., /a", "/.., /", "/../a, /a",
        "/a/b/file, /a/b/file", "/a/tofile, /a/b/file", "/todir/file, /a/b/file", "/todir/, /a/b",
        "/todir/.., /a",
        "/a/b/up/a, /a", "/a/b/up/, /", "a/b, /a/b", "., /", "/todir/up/todir/file, /a/b/file"
    })
    void aPathLeadsToItsPlace(String path, String place) {
        Path out = new Path();
        assertEquals(0, tree.walk(path, FOLLOW, out));
        assertEquals(place, tree.pathOf(out, tree.root));
    }

    @ParameterizedTest
    @CsvSource({
        "/missing, " + ENOENT, "/missing/x, " + ENOENT, "/a/b/file/, " + ENOTDIR, "/a/b/file/x, " + ENOTDIR,
        "/a/b/file/.., " + ENOTDIR, "/loop, " + ELOOP, "/loop/x, " + ELOOP, "/dangling, " + ENOENT,
        "'', " + ENOENT, "/a/tofile/, " + ENOTDIR
    })
    void aPathThatLeadsNowhereSaysWhy(String path, int errno) {
        Path out = new Path();
        assertEquals(-errno, tree.walk(path, FOLLOW, out));
        assertFalse(out.isSet());
    }

    @Test
    void theLastLinkIsFollowedOnlyWhenAsked() {
        Path out = new Path();
        assertEquals(0, tree.walk("/todir", 0, out));
        assertEquals("/todir", tree.pathOf(out, tree.root));
        assertEquals(0, tree.walk("/todir/", 0, out));
        assertEquals("/a/b", tree.pathOf(out, tree.root));
    }

    @Test
    void lengthsAreLimited() {
        Path out = new Path();
        assertEquals(-ENOENT, tree.walk("/" + "x".repeat(255), 0, out));
        assertEquals(-ENAMETOOLONG, tree.walk("/" + "x".repeat(256), 0, out));
        assertEquals(0, tree.walk("/".repeat(4094) + "a", 0, out));
        assertEquals(-ENAMETOOLONG, tree.walk("/".repeat(4095) + "a", 0, out));
    }

    @Test
    void fortyLinksAreFollowedAndNoMore() {
        tree.symlink("a", "/l0");
        for (int i = 1; i < 41; i++) {
            tree.symlink("l" + (i - 1), "/l" + i);
        }
        Path out = new Path();
        assertEquals(0, tree.walk("/l39", FOLLOW, out));
        assertEquals(-ELOOP, tree.walk("/l40", FOLLOW, out));
    }

    @Test
    void searchingNeedsTheRightOnEveryDirectory() {
        Path out = new Path();
        tree.place("/a").inode().setMode(0700);
        tree.user.uid = 5;
        assertEquals(0, tree.walk("/a", 0, out));
        assertEquals(-EACCES, tree.walk("/a/b", 0, out));
        assertEquals(-EACCES, tree.walk("/a/missing", 0, out));
        tree.user.uid = 0;
        assertEquals(0, tree.walk("/a/b", 0, out));
    }

    @Test
    void parentStopsBeforeTheLastName() {
        Path out = new Path();
        PathWalk walker = tree.mounts.walker();
        assertEquals(0, tree.walk("/todir/new/", PathWalk.PARENT, out));
        assertEquals("/a/b", tree.pathOf(walker.directory(), tree.root));
        assertEquals(PathWalk.KIND_NAME, walker.lastKind());
        assertTrue(walker.endsInSlash());
        assertEquals(0, tree.walk("/a/..", PathWalk.PARENT, out));
        assertEquals(PathWalk.KIND_DOT_DOT, walker.lastKind());
        assertEquals(0, tree.walk("/a/.", PathWalk.PARENT, out));
        assertEquals(PathWalk.KIND_DOT, walker.lastKind());
        assertEquals(0, tree.walk("/", PathWalk.PARENT, out));
        assertEquals(PathWalk.KIND_ROOT, walker.lastKind());
    }

    @Test
    void createFollowsADanglingLinkToWhereTheFileWouldBe() {
        Path out = new Path();
        tree.symlink("../new", "/a/link");
        assertEquals(0, tree.walk("/a/link", PathWalk.CREATE | FOLLOW, out));
        assertFalse(out.isSet());
        assertEquals("/", tree.pathOf(tree.mounts.walker().directory(), tree.root));
        assertEquals("new", TestTree.text(tree.mounts.walker().last()));
        assertEquals(-ENOENT, tree.walk("/missing/x", PathWalk.CREATE, out));
    }

    @Test
    void dotDotStaysInsideARootOfOnesOwn() {
        Path jail = tree.place("/a");
        Path out = new Path();
        assertEquals(0, tree.mounts.walk(jail, jail, tree.name("../../.."), 0, tree.user, out));
        assertEquals("/", tree.pathOf(out, jail));
        assertEquals("/a", tree.pathOf(out, tree.root));
        // The link names /a/b, which does not exist below the new root.
        assertEquals(-ENOENT, tree.mounts.walk(jail, jail, tree.name("/b/up/todir"), FOLLOW, tree.user, out));
    }

    @Test
    void beneathDoesNotLeaveItsStart() {
        Path start = tree.place("/a");
        Path out = new Path();
        int flags = FOLLOW | PathWalk.BENEATH;
        assertEquals(0, tree.mounts.walk(start, tree.root, tree.name("b/../b"), flags, tree.user, out));
        assertEquals(-EXDEV, tree.mounts.walk(start, tree.root, tree.name("b/../.."), flags, tree.user, out));
        assertEquals(-EXDEV, tree.mounts.walk(start, tree.root, tree.name("/a"), flags, tree.user, out));
        assertEquals(-EXDEV, tree.mounts.walk(start, tree.root, tree.name("b/up"), flags, tree.user, out));
    }

    @Test
    void aMountCoversItsPointInBothDirections() {
        assertEquals(0, tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/a/b"), "tmp", 0));
        assertEquals(0, tree.directory("/a/b/inner"));
        Path out = new Path();
        assertEquals(-ENOENT, tree.walk("/a/b/file", 0, out));
        assertEquals(0, tree.walk("/a/b/inner/../..", 0, out));
        assertEquals("/a", tree.pathOf(out, tree.root));
        assertEquals("/a/b/inner", tree.pathOf(tree.place("/todir/inner"), tree.root));
        assertNotEquals(tree.stat("/a").device, tree.stat("/a/b").device);
        assertEquals(-EXDEV, tree.walk("/a/b", PathWalk.NO_CROSSING, out));
        assertEquals(-EBUSY, tree.unlink("/a/b", true));
        assertEquals(-EXDEV, tree.rename("/a/b/inner", "/a/inner", 0));
    }

    @Test
    void aMountInUseStays() {
        tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/a/b"), "tmp", 0);
        tree.file("/a/b/held");
        FileHandle held = tree.open("/a/b/held", OpenFlags.O_RDONLY);
        long used = tree.slabs.usedBytes();
        Path mountRoot = tree.place("/a/b");
        assertEquals(-EBUSY, tree.mounts.mountChanges().unmount(mountRoot, 0));
        held.release();
        assertEquals(0, tree.mounts.mountChanges().unmount(mountRoot, 0));
        assertEquals(0, tree.walk("/a/b/file", 0, new Path()));
        assertTrue(tree.slabs.usedBytes() < used, "the file system gives its memory back");
    }

    @Test
    void namesFollowTheirDirectoryWhenItMoves() {
        Path file = tree.place("/a/b/file");
        assertEquals(0, tree.rename("/a", "/z", 0));
        assertEquals("/z/b/file", tree.pathOf(file, tree.root));
        assertEquals(-ENOENT, tree.walk("/a/b/file", 0, new Path()));
        assertEquals(0, tree.walk("/z/b/file", 0, new Path()));
        assertEquals(0, tree.unlink("/z/b/file", false));
        assertTrue(file.isDeleted());
    }

    @Test
    void theCacheOfNamesIsBounded() {
        for (int i = 0; i < Entries.LIMIT * 2; i++) {
            assertEquals(0, tree.file("/a/" + i));
        }
        assertTrue(tree.mounts.entries().count() <= Entries.LIMIT, "count " + tree.mounts.entries().count());
        Path held = tree.place("/a/7");
        for (int i = 0; i < Entries.LIMIT * 2; i++) {
            tree.place("/a/" + i).clear();
        }
        assertEquals("/a/7", tree.pathOf(held, tree.root));
        assertTrue(held.samePlace(tree.place("/a/7")), "what is held is not evicted");
    }
}

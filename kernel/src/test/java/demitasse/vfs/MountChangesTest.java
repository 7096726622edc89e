package demitasse.vfs;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.ENOENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.testing.TestTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mounts that are bound, moved, propagated and taken away; what must not be left behind. */
class MountChangesTest {
    private final TestTree tree = new TestTree();
    private final MountChanges changes = tree.mounts.mountChanges();

    @BeforeEach
    void makeDirectories() {
        for (String path : new String[] {"/a", "/a/in", "/b", "/c"}) {
            assertEquals(0, tree.directory(path));
        }
        tree.file("/a/in/file");
    }

    @Test
    void upFromTheRootOfABindLeadsToWhereItIs() {
        assertEquals(0, changes.bind(tree.place("/a/in"), tree.place("/b"), false));
        Path out = new Path();
        assertEquals(0, tree.walk("/b/file", 0, out));
        assertEquals("/b/file", tree.pathOf(out, tree.root));
        assertEquals(0, tree.walk("/b/..", 0, out));
        assertTrue(out.samePlace(tree.root));
        assertEquals(0, tree.walk("/a/in/file", 0, out));
        assertEquals("/a/in/file", tree.pathOf(out, tree.root));
    }

    @Test
    void aTreeThatIsTakenAwayLeavesNothingBehind() {
        int mounts = tree.mounts.count();
        for (int round = 0; round < 2; round++) {
            tree.forgetAll();
            long used = tree.slabs.usedBytes();
            assertEquals(0, tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/a/in"), "tmp", 0));
            assertEquals(0, changes.bind(tree.place("/a"), tree.place("/b"), true));
            assertEquals(mounts + 3, tree.mounts.count());
            Path place = tree.place("/b");
            assertEquals(-EBUSY, changes.unmount(place, 0));
            assertEquals(0, changes.unmount(place, MountChanges.MNT_DETACH));
            place.clear();
            Path inner = tree.place("/a/in");
            assertEquals(0, changes.unmount(inner, 0));
            inner.clear();
            assertEquals(mounts, tree.mounts.count());
            tree.forgetAll();
            if (round > 0) {
                assertEquals(used, tree.slabs.usedBytes());
            }
        }
    }

    @Test
    void whoIsInADetachedMountStaysThere() {
        assertEquals(0, tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/b"), "tmp", 0));
        assertEquals(0, tree.directory("/b/deep"));
        Path inside = tree.place("/b/deep");
        Path root = tree.place("/b");
        assertEquals(0, changes.unmount(root, MountChanges.MNT_DETACH));
        assertEquals(-ENOENT, tree.walk("/b/deep", 0, new Path()));
        assertFalse(tree.mounts.initialTree().contains(inside.mount()));
        Path out = new Path();
        assertEquals(0, tree.mounts.walk(inside, tree.root, tree.name("../deep"), 0, tree.user, out));
        assertTrue(out.samePlace(inside));
        out.clear();
        inside.clear();
    }

    @Test
    void peersAndSlavesFollow() {
        assertEquals(0, tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/a"), "tmp", 0));
        assertEquals(0, tree.directory("/a/x"));
        assertEquals(0, changes.changePropagation(tree.place("/a"), MountChanges.MS_SHARED, false));
        assertEquals(0, changes.bind(tree.place("/a"), tree.place("/b"), false));
        assertEquals(0, changes.bind(tree.place("/a"), tree.place("/c"), false));
        assertEquals(0, changes.changePropagation(tree.place("/c"), MountChanges.MS_SLAVE, false));
        int mounts = tree.mounts.count();
        assertEquals(0, tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/b/x"), "tmp", 0));
        assertEquals(mounts + 3, tree.mounts.count());
        assertEquals(0, tree.mounts.mount(tree.newTmpFileSystem(), tree.place("/c/x"), "own", 0));
        assertEquals(mounts + 4, tree.mounts.count());
    }
}

package demitasse.fs.tmp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.testing.TestMemory;
import demitasse.testing.TestTree;
import demitasse.testing.TreeModel;
import demitasse.testing.TreeScript;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class TmpModelTest {
    /** Of the root directory. */
    private static final int RECORD_BYTES = 128;

    @Property(tries = 60)
    void answersAsTheModelDoes(@ForAll long seed) {
        TestTree tree = new TestTree(new TestMemory(4L << 20), TestTree::newTmpFileSystem);
        new TreeScript(tree, new TreeModel(), seed, false).run(300);
    }

    @Property(tries = 20)
    void givesBackWhatItTookWhenUnmounted(@ForAll long seed) {
        TestTree tree = new TestTree(new TestMemory(4L << 20), TestTree::newTmpFileSystem);
        TmpFileSystem fileSystem = tree.newTmpFileSystem();
        long empty = tree.slabs.usedBytes() - RECORD_BYTES;
        TestTree inner = new TestTree(tree, fileSystem);
        long buffers = tree.slabs.usedBytes() - RECORD_BYTES - empty;
        new TreeScript(inner, new TreeModel(), seed, false).run(200);
        inner.forgetAll();
        fileSystem.unmounted();
        assertEquals(empty + buffers, tree.slabs.usedBytes());
    }
}

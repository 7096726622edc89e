package demitasse.fs.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.fs.tmp.TmpFileSystem;
import demitasse.testing.TestMemory;
import demitasse.testing.TestTree;
import demitasse.testing.TreeModel;
import demitasse.testing.TreeScript;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class OverlayModelTest {
    @Property(tries = 80)
    void answersAsTheModelDoesAndLeavesTheLowerLayerAlone(@ForAll long seed) {
        TestTree lower = new TestTree(new TestMemory(8L << 20), TestTree::newTmpFileSystem);
        TreeModel model = new TreeModel();
        new TreeScript(lower, model, seed, false).run(80);
        Map<String, String> before = TreeScript.snapshot(lower);
        TmpFileSystem upper = lower.newTmpFileSystem();
        TestTree tree = new TestTree(lower, new OverlayFileSystem(
                lower.root.mount().fileSystem(), upper, lower.pages, lower.slabs, lower.mounts.newDevice()));
        // Hard links of the lower layer part when one is copied: the model must see separate files.
        TreeModel parted = model.withoutHardLinks();
        for (int round = 0; round < 5; round++) {
            new TreeScript(tree, parted, seed + round, true).run(60);
            tree.forgetAll();
            assertEquals(parted.snapshot(), TreeScript.snapshot(tree));
        }
        assertEquals(before, TreeScript.snapshot(lower));
    }
}

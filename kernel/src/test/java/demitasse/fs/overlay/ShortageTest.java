package demitasse.fs.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.collect.Ref;
import demitasse.fs.tmp.TmpFileSystem;
import demitasse.testing.ListedNames;
import demitasse.testing.Shortage;
import demitasse.testing.TestMemory;
import demitasse.testing.TestTree;
import demitasse.testing.TreeModel;
import demitasse.testing.TreeScript;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileSystem;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Memory fails at any place: calls answer errors, nothing breaks, nothing leaks. */
class ShortageTest {
    private static final String[] NAMES = {"a", "b", "c"};
    private static final long UPPER_BYTES = 256 * 1024;

    private TestTree tree;
    private Random random;

    @Property(tries = 60)
    void nothingBreaksAndNothingLeaks(@ForAll long seed) {
        TestTree machine = new TestTree(new TestMemory(8L << 20), TestTree::newTmpFileSystem);
        new TreeScript(machine, new TreeModel(), seed, false).run(60);
        Map<String, String> before = TreeScript.snapshot(machine);
        machine.forgetAll();
        FileSystem lower = machine.root.mount().fileSystem();
        long frames = machine.pages.freeBytes();
        long used = machine.slabs.usedBytes();

        Shortage shortage = new Shortage(machine.slabs, seed);
        TmpFileSystem upper = new TmpFileSystem(machine.pages, shortage, machine.clock, TestTree.NO_SPECIAL_FILES,
                7, UPPER_BYTES, 0755);
        OverlayFileSystem overlay = new OverlayFileSystem(lower, upper, machine.pages, shortage, 8);
        tree = new TestTree(machine, overlay, shortage);
        long walkBuffers = machine.slabs.usedBytes() - used - 128;
        random = new Random(seed);
        for (int i = 0; i < 400; i++) {
            shortage.on = random.nextInt(3) > 0;
            step();
        }
        shortage.on = false;
        everyListedNameIsThere("");
        tree.forgetAll();
        everyListedNameIsThere("");

        tree.forgetAll();
        tree.root.clear();
        upper.unmounted();
        assertEquals(used + walkBuffers, machine.slabs.usedBytes(), "records and names are given back");
        assertEquals(before, TreeScript.snapshot(machine));
        assertTrue(frames - machine.pages.freeBytes() < 16 * 4096, "frames are given back, but for slabs");
    }

    private void step() {
        String path = path();
        switch (random.nextInt(8)) {
            case 0 -> tree.file(path);
            case 1 -> tree.directory(path);
            case 2 -> tree.symlink("target", path);
            case 3 -> tree.unlink(path, random.nextBoolean());
            case 4 -> tree.rename(path, path(), random.nextInt(3));
            case 5 -> onPlace(path, place -> place.inode().setMode(0700));
            case 6 -> onPlace(path, place -> place.inode().truncate(random.nextInt(9000)));
            default -> onPlace(path, this::write);
        }
    }

    private interface Action {
        void on(Path place);
    }

    private void onPlace(String path, Action action) {
        Path place = new Path();
        if (tree.walk(path, PathWalk.FOLLOW, place) == 0) {
            action.on(place);
        }
        place.clear();
    }

    private void write(Path place) {
        Ref<FileHandle> out = new Ref<>();
        if (place.inode().open(OpenFlags.O_RDWR, place, out) == 0) {
            out.value.write(new KernelTransfer().set(tree.name("x").address(), random.nextInt(6000)),
                    random.nextInt(9000));
            out.value.release();
        }
    }

    private void everyListedNameIsThere(String path) {
        FileHandle directory = tree.open(path.isEmpty() ? "/" : path, OpenFlags.O_RDONLY);
        List<String> names = ListedNames.readAll(directory);
        directory.release();
        for (String name : names) {
            Stat stat = tree.stat(path + "/" + name);
            if ((stat.mode & Stat.S_IFMT) == Stat.S_IFDIR && !name.startsWith(".")) {
                everyListedNameIsThere(path + "/" + name);
            }
        }
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
            path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        }
        return path.toString();
    }
}

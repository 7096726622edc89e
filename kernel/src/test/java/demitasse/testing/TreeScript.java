package demitasse.testing;

import static demitasse.base.error.Errno.EXDEV;
import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Does the same random things to a tree and to its model and compares every answer. */
public final class TreeScript {
    private static final String[] NAMES = {"a", "b", "c"};
    private static final int OFFSET_MAX = 9000;

    private final TestTree tree;
    private final TreeModel model;
    private final Random random;
    /** EXDEV is an answer to renaming a directory: the model does not do it then. */
    private final boolean mayRefuseDirectories;

    public TreeScript(TestTree tree, TreeModel model, long seed, boolean mayRefuseDirectories) {
        this.tree = tree;
        this.model = model;
        this.random = new Random(seed);
        this.mayRefuseDirectories = mayRefuseDirectories;
    }

    public void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step(i);
        }
        assertEquals(model.snapshot(), snapshot(tree));
    }

    private void step(int number) {
        String path = path();
        switch (random.nextInt(10)) {
            case 0, 1 -> same(number, "create " + path, model.create(path, false), tree.file(path));
            case 2, 3 -> same(number, "mkdir " + path, model.create(path, true), tree.directory(path));
            case 4 -> same(number, "unlink " + path, model.unlink(path, false), tree.unlink(path, false));
            case 5 -> same(number, "rmdir " + path, model.unlink(path, true), tree.unlink(path, true));
            case 6 -> rename(number, path, path());
            case 7 -> write(path);
            case 8 -> {
                if (model.isFile(path)) {
                    int length = random.nextInt(OFFSET_MAX);
                    model.truncate(path, length);
                    Path place = tree.place(path);
                    assertEquals(0, place.inode().truncate(length));
                    place.clear();
                }
            }
            default -> {
                String other = path();
                if (model.exists(path)) {
                    same(number, "link " + path + " " + other, model.link(path, other),
                            tree.link(path, other));
                }
            }
        }
    }

    private void rename(int number, String from, String to) {
        int flags = random.nextInt(3);
        int answer = tree.rename(from, to, flags);
        if (answer == -EXDEV && mayRefuseDirectories) {
            return;
        }
        same(number, "rename " + from + " " + to + " " + flags, model.rename(from, to, flags), answer);
    }

    private void write(String path) {
        if (!model.isFile(path)) {
            return;
        }
        byte[] bytes = new byte[random.nextInt(5000)];
        random.nextBytes(bytes);
        int offset = random.nextInt(OFFSET_MAX);
        FileHandle file = tree.open(path, OpenFlags.O_RDWR);
        assertEquals(bytes.length, tree.write(file, bytes, offset));
        file.release();
        if (bytes.length > 0) {
            model.write(path, offset, bytes);
        }
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
            path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        }
        return path.toString();
    }

    private static void same(int number, String what, int expected, int actual) {
        assertEquals(expected, actual, "step " + number + ": " + what);
    }

    /** Path and contents of everything, as {@link TreeModel#snapshot} tells it. */
    public static Map<String, String> snapshot(TestTree tree) {
        TreeMap<String, String> out = new TreeMap<>();
        collect(tree, "", out);
        return out;
    }

    private static void collect(TestTree tree, String path, Map<String, String> out) {
        Stat stat = tree.stat(path.isEmpty() ? "/" : path);
        if ((stat.mode & Stat.S_IFMT) != Stat.S_IFDIR) {
            FileHandle file = tree.open(path, OpenFlags.O_RDONLY);
            byte[] data = tree.read(file, 1 << 16, 0);
            file.release();
            assertEquals(stat.sizeBytes, data.length);
            out.put(path, data.length + ":" + Arrays.hashCode(data));
            return;
        }
        out.put(path + "/", "directory");
        FileHandle directory = tree.open(path.isEmpty() ? "/" : path, OpenFlags.O_RDONLY);
        for (String name : ListedNames.readAll(directory)) {
            if (!name.equals(".") && !name.equals("..")) {
                collect(tree, path + "/" + name, out);
            }
        }
        directory.release();
    }
}

package demitasse.testing;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTEMPTY;
import static demitasse.base.error.Errno.EPERM;

import demitasse.vfs.TreeChanges;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a tree of files is, in fifty lines of ordinary Java: the judge of the file systems. Paths are like
 * "/a/b".
 */
public final class TreeModel {
    private static final class Node {
        private final TreeMap<String, Node> children;
        private byte[] data = {};

        Node(boolean directory) {
            children = directory ? new TreeMap<>() : null;
        }

        boolean isDirectory() {
            return children != null;
        }
    }

    private final Node root = new Node(true);

    private Node find(String path) {
        Node node = root;
        for (String name : path.split("/")) {
            if (!name.isEmpty()) {
                node = node == null || !node.isDirectory() ? null : node.children.get(name);
            }
        }
        return node;
    }

    private static String parentOf(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Why the directory of a path cannot be used, or 0. */
    private int checkParent(String path) {
        Node node = root;
        for (String name : parentOf(path).split("/")) {
            if (!name.isEmpty()) {
                node = node.children.get(name);
                if (node == null) {
                    return -ENOENT;
                }
                if (!node.isDirectory()) {
                    return -ENOTDIR;
                }
            }
        }
        return 0;
    }

    public int create(String path, boolean directory) {
        int error = checkParent(path);
        if (error < 0) {
            return error;
        }
        return find(parentOf(path)).children.putIfAbsent(nameOf(path), new Node(directory)) == null ? 0
                : -EEXIST;
    }

    public int link(String existing, String path) {
        int error = checkParent(path);
        if (error < 0) {
            return error;
        }
        if (find(path) != null) {
            return -EEXIST;
        }
        if (find(existing).isDirectory()) {
            return -EPERM;
        }
        find(parentOf(path)).children.put(nameOf(path), find(existing));
        return 0;
    }

    public int unlink(String path, boolean directory) {
        int error = checkParent(path);
        Node node = find(path);
        if (error < 0 || node == null) {
            return error < 0 ? error : -ENOENT;
        }
        if (directory != node.isDirectory()) {
            return directory ? -ENOTDIR : -EISDIR;
        }
        if (directory && !node.children.isEmpty()) {
            return -ENOTEMPTY;
        }
        find(parentOf(path)).children.remove(nameOf(path));
        return 0;
    }

    public int rename(String from, String to, int flags) {
        int error = checkParent(from);
        error = error < 0 ? error : checkParent(to);
        Node source = find(from);
        if (error < 0 || source == null) {
            return error < 0 ? error : -ENOENT;
        }
        Node target = find(to);
        boolean exchange = flags == TreeChanges.RENAME_EXCHANGE;
        if (target != null && flags == TreeChanges.RENAME_NOREPLACE) {
            return -EEXIST;
        }
        if (target == null && exchange) {
            return -ENOENT;
        }
        if ((parentOf(to) + "/").startsWith(from + "/")) {
            return -EINVAL;
        }
        if ((parentOf(from) + "/").startsWith(to + "/") && target != null) {
            return exchange ? -EINVAL : -ENOTEMPTY;
        }
        if (source == target) {
            return 0;
        }
        if (target != null && !exchange) {
            if (source.isDirectory() != target.isDirectory()) {
                return source.isDirectory() ? -ENOTDIR : -EISDIR;
            }
            if (target.isDirectory() && !target.children.isEmpty()) {
                return -ENOTEMPTY;
            }
        }
        Node toDirectory = find(parentOf(to));
        Node fromDirectory = find(parentOf(from));
        fromDirectory.children.remove(nameOf(from));
        toDirectory.children.put(nameOf(to), source);
        if (exchange) {
            fromDirectory.children.put(nameOf(from), target);
        }
        return 0;
    }

    /** A copy in which every name has a file of its own. */
    public TreeModel withoutHardLinks() {
        TreeModel copy = new TreeModel();
        copy(root, copy.root);
        return copy;
    }

    private static void copy(Node from, Node to) {
        from.children.forEach((name, child) -> {
            Node twin = new Node(child.isDirectory());
            twin.data = child.data;
            to.children.put(name, twin);
            if (child.isDirectory()) {
                copy(child, twin);
            }
        });
    }

    public boolean exists(String path) {
        return find(path) != null;
    }

    public boolean isFile(String path) {
        Node node = find(path);
        return node != null && !node.isDirectory();
    }

    public void write(String path, int offset, byte[] bytes) {
        Node node = find(path);
        node.data = Arrays.copyOf(node.data, Math.max(node.data.length, offset + bytes.length));
        System.arraycopy(bytes, 0, node.data, offset, bytes.length);
    }

    public void truncate(String path, int length) {
        Node node = find(path);
        node.data = Arrays.copyOf(node.data, length);
    }

    /** Path and contents of everything, to be compared. */
    public Map<String, String> snapshot() {
        TreeMap<String, String> out = new TreeMap<>();
        collect(root, "", out);
        return out;
    }

    private static void collect(Node node, String path, Map<String, String> out) {
        if (!node.isDirectory()) {
            out.put(path, node.data.length + ":" + Arrays.hashCode(node.data));
            return;
        }
        out.put(path + "/", "directory");
        node.children.forEach((name, child) -> collect(child, path + "/" + name, out));
    }
}

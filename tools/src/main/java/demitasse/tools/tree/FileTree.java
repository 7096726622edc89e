package demitasse.tools.tree;

import demitasse.tools.DemiException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** A root file system being put together, perhaps from several archives laid over one another. */
public final class FileTree {
    /** NAME_MAX, and EROFS_NAME_LEN of erofs_fs.h. */
    public static final int NAME_BYTES_MAX = 255;
    private static final int ENTRIES_MAX = 4_000_000;
    private static final int DEPTH_MAX = 512;
    /** path_resolution(7): Linux follows at most 40. */
    private static final int LINKS_FOLLOWED_MAX = 40;

    private final Directory root = new Directory(Attributes.ofRoot(0755));
    private int layer;
    private int entries;

    public Directory root() {
        return root;
    }

    /** From now on nodes belong to a new layer over everything that is here. */
    public void startLayer() {
        layer++;
    }

    /**
     * Puts a node at a path, as unpacking it would: missing parents are made, links to directories among the
     * parents are followed inside this tree. A directory over a directory keeps its children and takes the
     * new attributes; anything else replaces what was there.
     */
    public void add(String path, Node node) {
        List<String> names = split(path);
        node.setLayer(layer);
        if (names.isEmpty()) {
            mergeRoot(path, node);
            return;
        }
        Directory parent = parentOf(path, names);
        String name = names.getLast();
        if (node instanceof Directory added && parent.child(name) instanceof Directory present) {
            present.setAttributes(added.attributes());
            present.setLayer(layer);
            return;
        }
        count(path);
        parent.put(name, node);
    }

    /**
     * Puts a directory at a path, but keeps a symbolic link to a directory that is there. Debian packages
     * ship {@code /lib/...} while {@code /lib} is a link to {@code usr/lib}; dpkg keeps the link for the same
     * reason.
     */
    public void addDirectoryOrKeepLink(String path, Directory directory) {
        Node present = find(path, false);
        if (!(present instanceof SymbolicLink) || !(find(path, true) instanceof Directory)) {
            add(path, directory);
        }
    }

    /** Makes {@code path} another name of the file at {@code target}. */
    public void addHardLink(String path, String target) {
        Node node = find(target, false);
        if (node == null || node instanceof Directory) {
            throw new DemiException("the hard link " + shown(path) + " names " + shown(target)
                    + ", which is not a file before it in the archive");
        }
        List<String> names = split(path);
        if (names.isEmpty()) {
            throw new DemiException("a hard link has no name");
        }
        count(path);
        parentOf(path, names).put(names.getLast(), node);
    }

    /** Hides what lower layers put at a path (OCI image layer specification, "Whiteouts"). */
    public void whiteout(String path) {
        List<String> names = split(path);
        if (names.isEmpty() || !(find(parentPath(names), true) instanceof Directory parent)) {
            return;
        }
        if (hideLower(parent.child(names.getLast()))) {
            parent.remove(names.getLast());
        }
    }

    /** Hides everything that lower layers put into a directory (the same, "Opaque Whiteout"). */
    public void opaque(String path) {
        if (find(path, true) instanceof Directory directory) {
            hideLowerChildren(directory);
        }
    }

    /** The node at a path or null; parents are followed, the last link only if asked for. */
    public Node find(String path, boolean followLast) {
        Deque<String> left = new ArrayDeque<>(split(path));
        List<Directory> walked = new ArrayList<>(List.of(root));
        int followed = 0;
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.equals("..")) {
                if (walked.size() > 1) {
                    walked.removeLast();
                }
                continue;
            }
            Node child = walked.getLast().child(name);
            if (child instanceof SymbolicLink link && (followLast || !left.isEmpty())) {
                if (++followed > LINKS_FOLLOWED_MAX) {
                    return null;
                }
                follow(link, left, walked);
            } else if (child instanceof Directory directory) {
                walked.add(directory);
            } else {
                return left.isEmpty() ? child : null;
            }
        }
        return walked.getLast();
    }

    /** A byte string as readable text, for messages. */
    public static String shown(String bytes) {
        String text = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), 200); i++) {
            char c = text.charAt(i);
            shown.append(c < ' ' || c == 0x7f ? '?' : c);
        }
        return shown.toString();
    }

    private void mergeRoot(String path, Node node) {
        if (!(node instanceof Directory)) {
            throw new DemiException("the entry '" + shown(path) + "' would replace the root directory");
        }
        root.setAttributes(node.attributes());
    }

    private Directory parentOf(String path, List<String> names) {
        String parentPath = parentPath(names);
        Node found = find(parentPath, true);
        if (found instanceof Directory directory) {
            return directory;
        }
        Directory at = root;
        StringBuilder walked = new StringBuilder();
        for (String name : names.subList(0, names.size() - 1)) {
            walked.append('/').append(name);
            Node next = find(walked.toString(), true);
            if (next == null && at.child(name) == null) {
                next = new Directory(Attributes.ofRoot(0755));
                next.setLayer(layer);
                count(path);
                at.put(name, next);
            }
            if (!(next instanceof Directory directory)) {
                throw new DemiException("the entry " + shown(path) + " lies under something that is no directory");
            }
            at = directory;
        }
        return at;
    }

    private static void follow(SymbolicLink link, Deque<String> left, List<Directory> walked) {
        List<String> names = names(link.target());
        for (Iterator<String> i = names.reversed().iterator(); i.hasNext();) {
            left.push(i.next());
        }
        if (link.target().startsWith("/")) {
            walked.subList(1, walked.size()).clear();
        }
    }

    /** Whether nothing of the present layer is left at the node, so that its name goes too. */
    private boolean hideLower(Node node) {
        if (node instanceof Directory directory) {
            hideLowerChildren(directory);
            return directory.layer() < layer && directory.children().isEmpty();
        }
        return node != null && node.layer() < layer;
    }

    private void hideLowerChildren(Directory directory) {
        for (String name : List.copyOf(directory.children().keySet())) {
            if (hideLower(directory.child(name))) {
                directory.remove(name);
            }
        }
    }

    private void count(String path) {
        if (++entries > ENTRIES_MAX) {
            throw new DemiException("there are more than " + ENTRIES_MAX + " files, at " + shown(path));
        }
    }

    private static String parentPath(List<String> names) {
        return String.join("/", names.subList(0, names.size() - 1));
    }

    private static List<String> split(String path) {
        List<String> names = names(path);
        if (names.size() > DEPTH_MAX) {
            throw new DemiException("a path is more than " + DEPTH_MAX + " directories deep");
        }
        for (String name : names) {
            if (name.equals("..")) {
                throw new DemiException("the entry " + shown(path) + " climbs out of the root directory");
            }
            if (name.length() > NAME_BYTES_MAX || name.indexOf('\0') >= 0) {
                throw new DemiException("the name " + shown(name) + " is too long or holds a zero byte");
            }
        }
        return names;
    }

    /** The parts of a path without empty ones and dots; {@code ..} stays. */
    private static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        for (int start = 0; start < path.length();) {
            int end = path.indexOf('/', start);
            end = end < 0 ? path.length() : end;
            String name = path.substring(start, end);
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
            start = end + 1;
        }
        return names;
    }
}

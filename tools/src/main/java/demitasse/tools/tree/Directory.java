package demitasse.tools.tree;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** A directory; its children are in byte order of their names. */
public final class Directory extends Node {
    private final TreeMap<String, Node> children = new TreeMap<>();

    public Directory(Attributes attributes) {
        super(attributes);
    }

    public SortedMap<String, Node> children() {
        return Collections.unmodifiableSortedMap(children);
    }

    /** The child of that name, or null when there is none. */
    public Node child(String name) {
        return children.get(name);
    }

    void put(String name, Node child) {
        children.put(name, child);
    }

    void remove(String name) {
        children.remove(name);
    }
}

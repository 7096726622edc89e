package demitasse.tools.tree;

/** One inode of a {@link FileTree}. */
public abstract sealed class Node permits Directory, RegularFile, SymbolicLink, SpecialFile {
    private Attributes attributes;
    private int layer;

    Node(Attributes attributes) {
        this.attributes = attributes;
    }

    public final Attributes attributes() {
        return attributes;
    }

    public final void setAttributes(Attributes newAttributes) {
        attributes = newAttributes;
    }

    /** The image layer that wrote this node last: a whiteout hides only what lower layers wrote. */
    final int layer() {
        return layer;
    }

    final void setLayer(int newLayer) {
        layer = newLayer;
    }
}

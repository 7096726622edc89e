package demitasse.vfs;

/**
 * What a mount namespace shows, mount_namespaces(7): the mounts that hang below one. Which tree a mount belongs to is
 * told by the highest above it, so that a mount that goes elsewhere takes what is below it along.
 */
public final class MountedTree {
    /** Whose capabilities count for it, only to be compared with others. */
    private final Object owner;
    private Mount top;

    MountedTree(Object owner) {
        this.owner = owner;
    }

    /** Whether other users may change what hangs there than in another tree. */
    boolean isOfOthersThan(MountedTree other) {
        return owner != other.owner;
    }

    /** The mount that stands for no directory of another. */
    Mount top() {
        return top;
    }

    /** pivot_root(2) makes another mount the root of the tree. */
    void setTop(Mount newTop) {
        if (top != null) {
            top.topOf = null;
        }
        top = newTop;
        newTop.topOf = this;
    }

    /** Whether a mount is in it, and not in that of another namespace, or merely held by a descriptor, open_tree(2). */
    public boolean contains(Mount mount) {
        return mount.tree() == this;
    }
}

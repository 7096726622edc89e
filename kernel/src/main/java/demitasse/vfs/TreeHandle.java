package demitasse.vfs;

/** The descriptor of a mount that is nowhere yet, open_tree(2) and fsmount(2): unless it is moved, it goes with it. */
public final class TreeHandle extends FileHandle {
    private final Mounts mounts;
    private boolean moved;

    private TreeHandle(Mounts mounts, Path root) {
        super(OpenFlags.O_PATH, root);
        this.mounts = mounts;
    }

    public static TreeHandle of(Mounts mounts, Mount mount) {
        Path root = new Path();
        root.set(mount, mount.root());
        TreeHandle handle = new TreeHandle(mounts, root);
        root.clear();
        return handle;
    }

    /** The mount has found its place in the tree. */
    public void noteMoved() {
        moved = true;
    }

    public boolean isMoved() {
        return moved;
    }

    @Override
    public boolean nonBlocking() {
        return false;
    }

    @Override
    protected void released() {
        if (!moved) {
            mounts.mountChanges().dissolve(path().mount());
        }
    }
}

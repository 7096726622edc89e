package demitasse.posix.namespace;

import demitasse.vfs.MountedTree;
import demitasse.vfs.Mounts;

/** mount_namespaces(7). */
public final class MountNamespace extends Namespace {
    private final Mounts mounts;
    private final MountedTree tree;

    MountNamespace(long number, UserNamespace owner, Mounts mounts, MountedTree tree) {
        super(MOUNT, number, owner);
        this.mounts = mounts;
        this.tree = tree;
    }

    public MountedTree tree() {
        return tree;
    }

    @Override
    void ended() {
        mounts.mountChanges(tree).dissolve(tree);
    }
}

package demitasse.posix.task;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.namespace.Namespaces;
import demitasse.vfs.Path;

/** From where tasks see the file system, clone(2) CLONE_FS: root, working directory, umask. */
final class FileSystemContext {
    private static final int UMASK_DEFAULT = 022;

    final Path root;
    final Path directory;
    int umask = UMASK_DEFAULT;
    private int users = 1;

    /** Keeps copies of both paths. */
    FileSystemContext(Path root, Path directory) {
        this.root = new Path(root);
        this.directory = new Path(directory);
    }

    FileSystemContext share() {
        users++;
        return this;
    }

    FileSystemContext copy() {
        FileSystemContext twin = new FileSystemContext(root, directory);
        twin.umask = umask;
        return twin;
    }

    /** One of the caller's own: this, or a copy if it is shared, execve(2). */
    FileSystemContext unshare() {
        if (users == 1) {
            return this;
        }
        users--;
        return copy();
    }

    /** Into the copy of a mount namespace that is being made, clone(2) CLONE_NEWNS. */
    @ColdPath("unshare(2) of mounts")
    void follow(Namespaces namespaces) {
        namespaces.follow(root);
        namespaces.follow(directory);
    }

    @ColdPath("pivot_root(2)")
    void rootMoved(Path from, Path to) {
        if (root.isSet() && root.samePlace(from)) {
            root.set(to);
        }
        if (directory.isSet() && directory.samePlace(from)) {
            directory.set(to);
        }
    }

    boolean isShared() {
        return users > 1;
    }

    /** A process has ended. Places hold their mounts: a zombie must not keep one busy. */
    void leave() {
        if (--users == 0) {
            directory.clear();
            root.clear();
        }
    }
}

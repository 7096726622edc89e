package demitasse.posix.namespace;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;

/** An open file of a namespace, for setns(2) and ioctl_ns(2). */
public final class NamespaceHandle extends FileHandle {
    private final Namespace namespace;

    NamespaceHandle(Namespace namespace, int flags, Path path) {
        super(flags, path);
        this.namespace = namespace;
    }

    public Namespace namespace() {
        return namespace;
    }

    @Override
    public boolean nonBlocking() {
        return false;
    }
}

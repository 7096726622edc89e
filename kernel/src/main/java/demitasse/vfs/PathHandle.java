package demitasse.vfs;

/** A file opened with O_PATH, or that of a namespace: it names a place and can do nothing else, open(2). */
public final class PathHandle extends FileHandle {
    public PathHandle(int flags, Path path) {
        super(flags, path);
    }

    @Override
    public boolean nonBlocking() {
        return false;
    }
}

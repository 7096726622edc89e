package demitasse.vfs;

/**
 * Something that follows an open file without holding it, such as an epoll(7) registration: it does not keep
 * the file open and must let go when the file goes.
 */
public abstract class Watch {
    Watch nextWatch;
    Watch previousWatch;

    /** The next of the same file; null for none. */
    public final Watch following() {
        return nextWatch;
    }

    /** The last reference to the file is gone; already taken off its list. */
    protected abstract void fileGone();
}

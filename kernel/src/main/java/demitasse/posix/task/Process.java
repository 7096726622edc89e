package demitasse.posix.task;

import demitasse.posix.file.FileTable;
import demitasse.posix.memory.UserSpace;
import demitasse.vfs.Path;

/** A process: what its tasks share, credentials(7), and its place among the others. */
public final class Process {
    private final Instance instance;
    private final int pid;
    private UserSpace memory;
    private final FileTable files;
    private final Credentials credentials;
    private final Path root;
    private final Path directory;
    private int umask = 022;

    /** The process keeps copies of both paths. */
    public Process(Instance instance, int pid, UserSpace memory, FileTable files, Credentials credentials, Path root,
            Path directory) {
        this.instance = instance;
        this.pid = pid;
        this.memory = memory;
        this.files = files;
        this.credentials = credentials;
        this.root = new Path(root);
        this.directory = new Path(directory);
    }

    public Instance instance() {
        return instance;
    }

    public int pid() {
        return pid;
    }

    public UserSpace memory() {
        return memory;
    }

    public FileTable files() {
        return files;
    }

    public Credentials credentials() {
        return credentials;
    }

    /** The working directory. */
    public Path directory() {
        return directory;
    }

    public void setDirectory(Path newDirectory) {
        directory.set(newDirectory);
    }

    /** Where absolute paths begin, chroot(2). */
    public Path root() {
        return root;
    }

    public void setRoot(Path newRoot) {
        root.set(newRoot);
    }

    public int umask() {
        return umask;
    }

    public void setUmask(int newUmask) {
        umask = newUmask & 0777;
    }
}

package demitasse.testing;

import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import java.util.ArrayList;
import java.util.List;

/** Collects the entries of a directory, a few at a time. */
public final class ListedNames implements DirectorySink {
    public final List<String> names = new ArrayList<>();
    public final List<Long> inodes = new ArrayList<>();
    public final List<Long> offsets = new ArrayList<>();
    private final int capacity;

    public ListedNames(int capacity) {
        this.capacity = capacity;
    }

    /** The next names of an open directory. */
    public static List<String> read(FileHandle directory, int capacity) {
        ListedNames sink = new ListedNames(capacity);
        long error = directory.list(sink);
        if (error < 0) {
            throw new AssertionError("errno " + -error);
        }
        return sink.names;
    }

    /** All names of a directory. */
    public static List<String> readAll(FileHandle directory) {
        return read(directory, Integer.MAX_VALUE);
    }

    @Override
    public boolean entry(Name name, long inode, int type, long nextOffset) {
        return take(TestTree.text(name), inode, nextOffset);
    }

    @Override
    public boolean dots(int count, long inode, long nextOffset) {
        return take(".".repeat(count), inode, nextOffset);
    }

    private boolean take(String name, long inode, long nextOffset) {
        if (names.size() == capacity) {
            return false;
        }
        names.add(name);
        inodes.add(inode);
        offsets.add(nextOffset);
        return true;
    }
}

package demitasse.fs.tmp;

import demitasse.base.memory.Memory;
import demitasse.vfs.Name;
import demitasse.vfs.Stat;

/** Takes a whole tree away when its file system is unmounted. */
final class TmpRemoval {
    private final TmpFileSystem fileSystem;
    private final Name name = new Name();

    TmpRemoval(TmpFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    /** Without recursion: goes down to a directory without directories, empties it, and goes up again. */
    void removeTree(long root) {
        long directory = root;
        long cookie = DirectoryTable.FIRST_COOKIE;
        while (true) {
            long record = DirectoryTable.from(directory, cookie);
            if (record == 0) {
                long parent = Memory.getLong(directory + NodeLayout.PARENT);
                if (directory == root) {
                    fileSystem.destroy(root);
                    return;
                }
                forget(parent, directory);
                directory = parent;
                cookie = DirectoryTable.FIRST_COOKIE;
                continue;
            }
            cookie = DirectoryTable.cookie(record);
            long node = DirectoryTable.node(record);
            if ((Memory.getInt(node + NodeLayout.MODE) & Stat.S_IFMT) == Stat.S_IFDIR) {
                directory = node;
                cookie = DirectoryTable.FIRST_COOKIE;
                continue;
            }
            DirectoryTable.name(record, name);
            fileSystem.directoryTable().remove(directory, name);
            int links = Memory.getInt(node + NodeLayout.LINKS) - 1;
            Memory.putInt(node + NodeLayout.LINKS, links);
            fileSystem.reap(node);
        }
    }

    /** The emptied directory is the first of its parent: that is how it was found. */
    private void forget(long parent, long directory) {
        long record = DirectoryTable.from(parent, DirectoryTable.FIRST_COOKIE);
        assert DirectoryTable.node(record) == directory : "the walk goes up where it came down";
        DirectoryTable.name(record, name);
        fileSystem.directoryTable().remove(parent, name);
        fileSystem.destroy(directory);
    }
}

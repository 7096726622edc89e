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

    /**
     * Without recursion: goes down to a directory without directories, empties it, and goes up again. A directory keeps
     * meanwhile where it stands in its parent, as what names will be made in it next is no question any more: from the
     * start of the parent there may be many holes to go over.
     */
    void removeTree(long root) {
        long directory = root;
        long cookie = DirectoryTable.FIRST_COOKIE;
        while (true) {
            long record = DirectoryTable.from(directory, cookie);
            if (record == 0) {
                if (directory == root) {
                    fileSystem.destroy(root);
                    return;
                }
                long parent = Memory.getLong(directory + NodeLayout.PARENT);
                cookie = Memory.getLong(directory + NodeLayout.NEXT_COOKIE);
                forget(parent, directory, cookie);
                directory = parent;
                continue;
            }
            cookie = DirectoryTable.cookie(record);
            long node = DirectoryTable.node(record);
            if ((Memory.getInt(node + NodeLayout.MODE) & Stat.S_IFMT) == Stat.S_IFDIR) {
                Memory.putLong(node + NodeLayout.NEXT_COOKIE, cookie);
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

    private void forget(long parent, long directory, long cookie) {
        long record = DirectoryTable.from(parent, cookie);
        assert DirectoryTable.node(record) == directory : "the walk goes up where it came down";
        DirectoryTable.name(record, name);
        fileSystem.directoryTable().remove(parent, name);
        fileSystem.destroy(directory);
    }
}

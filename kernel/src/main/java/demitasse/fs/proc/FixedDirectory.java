package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;

/** A directory whose entries are the same from boot on, such as those below /proc/sys. */
class FixedDirectory extends ProcDirectory {
    private static final int CAPACITY = 64;

    private final String[] names = new String[CAPACITY];
    private final ProcInode[] inodes = new ProcInode[CAPACITY];
    private int count;

    FixedDirectory(ProcFileSystem fileSystem) {
        super(fileSystem, fileSystem.nextNumber(), 0555, 0);
    }

    final FixedDirectory add(String name, ProcInode inode) {
        names[count] = name;
        inodes[count++] = inode;
        return this;
    }

    final FixedDirectory add(String name, int mode, Content content) {
        return add(name, new TextFile(fileSystem, fileSystem.nextNumber(), mode, 0, content));
    }

    /** How many positions the fixed entries take. */
    final int count() {
        return count;
    }

    @Override
    long list(DirectorySink sink, long from) {
        long position = from;
        while (position - FIRST < count) {
            ProcInode inode = inodes[(int) (position - FIRST)];
            Name name = fileSystem.names().of(names[(int) (position - FIRST)]);
            if (!sink.entry(name, inode.number, inode.type(), position + 1)) {
                break;
            }
            position++;
        }
        return position;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        for (int i = 0; i < count; i++) {
            if (name.is(names[i])) {
                out.value = inodes[i];
                return 0;
            }
        }
        return -ENOENT;
    }
}

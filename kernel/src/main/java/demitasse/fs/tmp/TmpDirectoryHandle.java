package demitasse.fs.tmp;

import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.memory.Memory;
import demitasse.vfs.DirectoryHandle;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** An open directory; its offset is the cookie to go on with. */
final class TmpDirectoryHandle extends DirectoryHandle {
    private final TmpDirectory directory;
    private final Name name = new Name();

    TmpDirectoryHandle(TmpDirectory directory, int flags, Path path) {
        super(flags, path);
        this.directory = directory;
        directory.retained();
    }

    @Override
    protected long listFrom(long offset, DirectorySink sink) {
        long node = directory.node;
        if (Memory.getInt(node + NodeLayout.LINKS) == 0) {
            return -ENOENT;
        }
        directory.accessed();
        long next = offset;
        if (next == 0 && sink.dots(1, directory.number(), 1)) {
            next = 1;
        }
        if (next == 1 && sink.dots(2, parentNumber(), 2)) {
            next = DirectoryTable.FIRST_COOKIE;
        }
        if (next < DirectoryTable.FIRST_COOKIE) {
            return next;
        }
        long record = DirectoryTable.from(node, next);
        while (record != 0) {
            long cookie = DirectoryTable.cookie(record);
            DirectoryTable.name(record, name);
            long number = Memory.getLong(DirectoryTable.node(record) + NodeLayout.NUMBER);
            if (!sink.entry(name, number, DirectoryTable.type(record), cookie + 1)) {
                return cookie;
            }
            next = cookie + 1;
            record = DirectoryTable.from(node, next);
        }
        return next;
    }

    @Override
    protected void released() {
        directory.dropped();
    }

    private long parentNumber() {
        return Memory.getLong(Memory.getLong(directory.node + NodeLayout.PARENT) + NodeLayout.NUMBER);
    }
}

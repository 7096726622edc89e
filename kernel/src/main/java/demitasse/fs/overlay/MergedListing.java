package demitasse.fs.overlay;

import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTEMPTY;

import demitasse.base.collect.Ref;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.Stat;

/**
 * Lists both layers of a directory as one, without remembering anything: first the names of the lower layer
 * that are not whited out, then those that only the upper one has. A name keeps its place when its file is
 * copied up in the midst of a listing, so nothing is told twice or left out.
 *
 * <p>Offsets: that of the layer times two, plus one in the upper layer.
 */
final class MergedListing {
    private static final int TYPE_SHIFT = 12;
    private static final int TYPE_CHARACTER = 2;

    private final OverlayDirectory directory;
    private final OverlayFileSystem fileSystem;
    private final Stat stat = new Stat();
    private final LowerSink lowerSink = new LowerSink();
    private final UpperSink upperSink = new UpperSink();
    private FileHandle lowerHandle;
    private FileHandle upperHandle;
    private DirectorySink sink;
    private boolean refused;

    MergedListing(OverlayDirectory directory) {
        this.directory = directory;
        this.fileSystem = directory.fileSystem;
    }

    /** As {@link demitasse.vfs.DirectoryHandle#listFrom}. */
    long list(long from, DirectorySink newSink) {
        sink = newSink;
        refused = false;
        long offset = from;
        if (directory.lower != null && (offset & 1) == 0) {
            long position = run(openLower(), offset >>> 1, lowerSink);
            if (position < 0) {
                return position;
            }
            if (refused) {
                return position << 1;
            }
            offset = 1;
        }
        if (directory.upper == null) {
            return offset | 1;
        }
        long position = run(openUpper(), offset >>> 1, upperSink);
        return position < 0 ? position : position << 1 | 1;
    }

    /** 0 or -ENOTEMPTY, or another -errno. */
    int checkEmpty() {
        AnyName any = new AnyName();
        long error = list(0, any);
        if (error < 0) {
            return (int) error;
        }
        return any.found ? -ENOTEMPTY : 0;
    }

    /** Takes the whiteouts out of the upper layer, which has nothing else; 0 or -errno. */
    int removeWhiteouts() {
        FileHandle handle = openUpper();
        if (handle == null) {
            return -ENOENT;
        }
        FirstName first = new FirstName();
        while (true) {
            handle.seek(0, SeekWhence.SEEK_SET);
            first.found = false;
            long error = handle.list(first);
            if (error == 0 && first.found) {
                error = directory.upper.unlink(first.name, false);
            }
            if (error < 0 || !first.found) {
                return (int) error;
            }
        }
    }

    void release() {
        if (lowerHandle != null) {
            lowerHandle.release();
            lowerHandle = null;
        }
        if (upperHandle != null) {
            upperHandle.release();
            upperHandle = null;
        }
    }

    private long run(FileHandle handle, long offset, DirectorySink layerSink) {
        if (handle == null) {
            return -ENOENT;
        }
        handle.seek(offset, SeekWhence.SEEK_SET);
        long error = handle.list(layerSink);
        return error < 0 ? error : handle.seek(0, SeekWhence.SEEK_CUR);
    }

    private FileHandle openLower() {
        if (lowerHandle == null) {
            lowerHandle = open(directory.lower);
        }
        return lowerHandle;
    }

    private FileHandle openUpper() {
        if (upperHandle == null) {
            upperHandle = open(directory.upper);
        }
        return upperHandle;
    }

    private FileHandle open(Inode layer) {
        Ref<FileHandle> opened = fileSystem.opened();
        int error = layer.open(OpenFlags.O_RDONLY, null, opened);
        FileHandle handle = error == 0 ? opened.value : null;
        opened.value = null;
        return handle;
    }

    private static boolean isDots(Name name) {
        return name.at(0) == '.' && (name.length() == 1 || name.length() == 2 && name.at(1) == '.');
    }

    private boolean hand(boolean taken) {
        refused = !taken;
        return taken;
    }

    /** Some file systems keep "." and ".." among their entries: then they come as such. */
    private final class LowerSink implements DirectorySink {
        @Override
        public boolean entry(Name name, long number, int type, long nextOffset) {
            if (isDots(name)) {
                return dots(name.length(), number, nextOffset);
            }
            Inode above = directory.upper == null ? null : fileSystem.lookup(directory.upper, name);
            if (above == null) {
                return hand(sink.entry(name, number, type, nextOffset << 1));
            }
            above.stat(stat);
            int mode = stat.mode & Stat.S_IFMT;
            if (mode == Stat.S_IFCHR && stat.deviceNumber == 0) {
                return true;
            }
            boolean merged = mode == Stat.S_IFDIR && (above.mark() & OverlayFileSystem.OPAQUE) == 0;
            long shown = merged ? number : OverlayFileSystem.upperNumber(above, stat.inode);
            return hand(sink.entry(name, shown, mode >>> TYPE_SHIFT, nextOffset << 1));
        }

        @Override
        public boolean dots(int count, long number, long nextOffset) {
            return hand(sink.dots(count, number, nextOffset << 1));
        }
    }

    private final class UpperSink implements DirectorySink {
        @Override
        public boolean entry(Name name, long number, int type, long nextOffset) {
            if (directory.lower != null
                    && (isDots(name) || fileSystem.has(directory.lower, name))) {
                return true;
            }
            Inode inode = fileSystem.lookup(directory.upper, name);
            if (inode == null || type == TYPE_CHARACTER && fileSystem.isWhiteout(inode)) {
                return true;
            }
            long shown = OverlayFileSystem.upperNumber(inode, number);
            return hand(sink.entry(name, shown, type, nextOffset << 1 | 1));
        }

        @Override
        public boolean dots(int count, long number, long nextOffset) {
            if (directory.lower != null) {
                return true;
            }
            long shown = count == 1 ? directory.number()
                    : OverlayFileSystem.upperNumber(directory.upper, number);
            return hand(sink.dots(count, shown, nextOffset << 1 | 1));
        }
    }

    private static final class AnyName implements DirectorySink {
        private boolean found;

        @Override
        public boolean entry(Name name, long inode, int type, long nextOffset) {
            found |= !isDots(name);
            return !found;
        }

        @Override
        public boolean dots(int count, long inode, long nextOffset) {
            return true;
        }
    }

    /** Stops at the first name, whose bytes stay where they are until it is removed. */
    private static final class FirstName implements DirectorySink {
        private final Name name = new Name();
        private boolean found;

        @Override
        public boolean entry(Name entry, long inode, int type, long nextOffset) {
            if (isDots(entry)) {
                return true;
            }
            name.set(entry.address(), entry.length());
            found = true;
            return false;
        }

        @Override
        public boolean dots(int count, long inode, long nextOffset) {
            return true;
        }
    }
}

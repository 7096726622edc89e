package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENAMETOOLONG;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** Writes down where files are. */
final class Places {
    private final Mounts mounts;
    private final long buffer;
    private final int capacityBytes;
    private final Name name = new Name();
    private final Path root = new Path();
    private final Path borrowed = new Path();

    /** @param buffer kernel memory for one path */
    Places(Mounts mounts, long buffer, int capacityBytes) {
        this.mounts = mounts;
        this.buffer = buffer;
        this.capacityBytes = capacityBytes;
    }

    /** A path variable for a moment; whoever borrows it clears it. */
    Path borrow() {
        return borrowed;
    }

    /**
     * The full name of a place from the root of the tree, " (deleted)" behind it when the name is gone.
     *
     * @param escaped whether white space is written in octal, as in /proc/mounts and maps
     */
    int write(Text out, Path place, boolean escaped) {
        mounts.root(root);
        int result = mounts.pathOf(place, root, buffer, capacityBytes, name);
        root.clear();
        if (result < 0) {
            return -ENAMETOOLONG;
        }
        if (escaped) {
            for (int i = 0; i < name.length(); i++) {
                escape(out, Memory.getUnsignedByte(name.address() + i));
            }
        } else {
            out.bytes(name.address(), name.length());
        }
        if (place.isDeleted()) {
            out.add(" (deleted)");
        }
        return 0;
    }

    /** Where an open file is, or what it is when it has no name. */
    int writeFile(Text out, FileHandle file, boolean escaped) {
        if (file.path() != null && file.path().isSet()) {
            return write(out, file.path(), escaped);
        }
        file.describe(out);
        return 0;
    }

    static void escape(Text out, int c) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\\') {
            out.character('\\').octal(c, 3);
        } else {
            out.character(c);
        }
    }
}

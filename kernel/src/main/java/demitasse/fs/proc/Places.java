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
    private final Processes processes;
    private final long buffer;
    private final int capacityBytes;
    private final Name name = new Name();
    private final Path root = new Path();
    private final Path borrowed = new Path();

    /** @param buffer kernel memory for one path */
    Places(Mounts mounts, Processes processes, long buffer, int capacityBytes) {
        this.processes = processes;
        this.mounts = mounts;
        this.buffer = buffer;
        this.capacityBytes = capacityBytes;
    }

    /** A path variable for a moment; whoever borrows it clears it. */
    Path borrow() {
        return borrowed;
    }

    /**
     * The full name of a place from the root of who asks, " (deleted)" behind it when the name is gone.
     *
     * @param escaped whether white space is written in octal, as in /proc/mounts and maps
     */
    int write(Text out, Path place, boolean escaped) {
        processes.selfRoot(root);
        int result = write(out, root, place, escaped);
        root.clear();
        return result;
    }

    /** Whether a place can be reached from another by names. */
    boolean reaches(Path from, Path place) {
        return mounts.pathOf(place, from, buffer, capacityBytes, name) == 0;
    }

    /** As {@link #write(Text, Path, boolean)}, from another root. */
    int write(Text out, Path from, Path place, boolean escaped) {
        if (!mounts.isMountRoot(place) && place.entry().parent() == null && place.inode().describesItself(out)) {
            return 0;
        }
        int result = mounts.pathOf(place, from, buffer, capacityBytes, name);
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

package demitasse.boot;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.alloc.Allocator;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileSystem;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** Makes directories, files and mounts while the instance starts; paths are constants. Results are 0 or -errno. */
final class Tree {
    private static final int PATH_BYTES_MAX = 256;

    private final Mounts mounts;
    private final Access who;
    private final long buffer;
    private final Path root = new Path();
    private final Path place = new Path();
    private final Name name = new Name();

    Tree(Mounts mounts, Allocator allocator, Access who) {
        this.mounts = mounts;
        this.who = who;
        buffer = allocator.allocate(PATH_BYTES_MAX, 8);
        mounts.root(root);
    }

    /** Makes a directory unless something has that name already. */
    int directory(String path, int permissions) {
        int error = mounts.walker().walk(root, root, constant(path, buffer, name), PathWalk.PARENT, who, place);
        if (error == 0) {
            error = mounts.changes().create(mounts.walker().directory(), mounts.walker().last(),
                    Stat.S_IFDIR | permissions, 0, who, null);
        }
        return error == -EEXIST ? 0 : error;
    }

    /**
     * Makes a file with a content.
     *
     * @param replaces whether what has that name already makes room; otherwise it stays as it is
     */
    int file(String path, Text content, boolean replaces) {
        int error = mounts.walker().walk(root, root, constant(path, buffer, name), PathWalk.PARENT, who, place);
        if (error == 0 && replaces) {
            error = mounts.changes().unlink(mounts.walker().directory(), mounts.walker().last(), false, who);
            error = error == -ENOENT ? 0 : error;
        }
        error = error < 0 ? error : mounts.changes().create(mounts.walker().directory(), mounts.walker().last(),
                Stat.S_IFREG | 0644, 0, who, place);
        if (error < 0) {
            return error == -EEXIST ? 0 : error;
        }
        Ref<FileHandle> file = new Ref<>();
        error = place.inode().open(OpenFlags.O_WRONLY, place, file);
        if (error == 0) {
            long written = file.value.write(new KernelTransfer().set(content.address(), content.length()), 0);
            error = written < 0 ? (int) written : 0;
            file.value.release();
        }
        place.clear();
        return error;
    }

    /** When something last became what it is; 0 when it is not there. */
    long changedNs(String path) {
        int error = find(root, constant(path, buffer, name), 0, place);
        Stat stat = new Stat();
        error = error < 0 ? error : place.inode().stat(stat);
        place.clear();
        return error < 0 ? 0 : stat.changeNs;
    }

    /** Mounts over a directory, which is made if need be. */
    int mount(FileSystem fileSystem, String path, String source, int flags) {
        int error = directory(path, 0755);
        if (error < 0) {
            return error;
        }
        error = find(path, place);
        return error < 0 ? error : mounts.mount(fileSystem, place, source, flags);
    }

    /** Mounts where the user wants it, making the directories that are missing. */
    int mountAt(Name path, FileSystem fileSystem, String source) {
        int error = directories(path);
        error = error < 0 ? error : find(root, path, PathWalk.FOLLOW | PathWalk.DIRECTORY, place);
        return error < 0 ? error : mounts.mount(fileSystem, place, source, 0);
    }

    /** Makes the directories of a path that are missing. */
    int directories(Name path) {
        Name part = new Name();
        for (int end = 1; end <= path.length(); end++) {
            boolean ends = end == path.length() || path.at(end) == '/';
            part.set(path.address(), end);
            if (ends && part.at(end - 1) != '/') {
                int error = mounts.walker().walk(root, root, part, PathWalk.PARENT, who, place);
                error = error < 0 ? error : mounts.changes().create(mounts.walker().directory(),
                        mounts.walker().last(), Stat.S_IFDIR | 0755, 0, who, null);
                if (error < 0 && error != -EEXIST) {
                    return error;
                }
            }
        }
        return 0;
    }

    /** Finds a directory. */
    int find(String path, Path out) {
        return find(root, constant(path, buffer, name), PathWalk.FOLLOW | PathWalk.DIRECTORY, out);
    }

    /** The constant path that was last looked for: where an error comes from. */
    Name last() {
        return name;
    }

    /** Walks a path given by the user. */
    int find(Path start, Name path, int flags, Path out) {
        return mounts.walk(start, root, path, flags, who, out);
    }

    Path root() {
        return root;
    }

    private static Name constant(String text, long memory, Name out) {
        assert text.length() < PATH_BYTES_MAX;
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(memory + i, (byte) text.charAt(i));
        }
        out.set(memory, text.length());
        return out;
    }
}

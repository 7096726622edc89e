package demitasse.vfs;

import static demitasse.base.error.Errno.ESTALE;

import demitasse.base.collect.Ref;

/** Finds the place of a directory of which only the inode is known, as open_by_handle_at(2) has to. */
public final class DirectoryPlaces {
    /** Directories may stand deeper in each other, but then their handles are of no use. */
    private static final int DEPTH_MAX = 128;

    private final Mounts mounts;
    private final Ref<Entry> found = new Ref<>();

    public DirectoryPlaces(Mounts mounts) {
        this.mounts = mounts;
    }

    /** 0; -ESTALE for one without a name; or what looking its names up answers. */
    public int find(Mount mount, Inode directory, Path out) {
        return find(mount, directory, out, 0);
    }

    private int find(Mount mount, Inode directory, Path out, int depth) {
        Ref<Inode> parent = new Ref<>();
        Name name = new Name();
        int located = directory.locate(parent, name);
        if (located == Inode.IS_ROOT) {
            Entry top = mount.root();
            while (top.parent() != null) {
                top = top.parent();
            }
            out.set(mount, top);
            return 0;
        }
        int error = located < 0 || depth == DEPTH_MAX ? -ESTALE : find(mount, parent.value, out, depth + 1);
        error = error < 0 ? error
                : mounts.entries().find(out.entry(), name, mount.fileSystem().cachesNames(), found);
        if (error == 0) {
            out.set(mount, found.value);
        }
        found.value = null;
        return error;
    }
}

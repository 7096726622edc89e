package demitasse.fs.overlay;

import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Statistics;

/** A directory of a mounted file system as a layer of an overlay, mount(8) lowerdir= and upperdir=. */
public final class Layer implements FileSystem {
    private final Path place;

    /** @param place a directory on a mount, copied */
    public Layer(Path place) {
        this.place = new Path(place);
    }

    @Override
    public String type() {
        return place.mount().fileSystem().type();
    }

    @Override
    public Inode root() {
        return place.inode();
    }

    @Override
    public int statistics(Statistics out) {
        return place.mount().fileSystem().statistics(out);
    }

    @Override
    public void unmounted() {
        place.clear();
    }
}

package demitasse.fs.dev;

import static demitasse.base.error.Errno.ENXIO;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.SpecialFiles;
import demitasse.vfs.Stat;

/** The character devices of an instance by number; everything else goes to whom the FIFOs belong. */
public final class DeviceTable implements SpecialFiles {
    private static final int CAPACITY = 32;

    private final SpecialFiles fifos;
    private final long[] numbers = new long[CAPACITY];
    private final Device[] devices = new Device[CAPACITY];
    private final boolean[] whole = new boolean[CAPACITY];
    private int count;

    /** @param fifos opens nodes of type S_IFIFO */
    public DeviceTable(SpecialFiles fifos) {
        this.fifos = fifos;
    }

    /** Registers a device; at boot only, so the table has a fixed size. */
    public void add(int major, int minor, Device device) {
        assert count < CAPACITY : "the devices of an image are counted";
        numbers[count] = Stat.deviceOf(major, minor);
        devices[count++] = device;
    }

    /** Registers all devices of a major number; {@code device} asks the node for the minor. */
    public void addAll(int major, Device device) {
        whole[count] = true;
        add(major, 0, device);
    }

    @Override
    public int open(Inode node, Stat what, int flags, Path path, Ref<FileHandle> out) {
        int type = what.mode & Stat.S_IFMT;
        if (type == Stat.S_IFIFO) {
            return fifos.open(node, what, flags, path, out);
        }
        for (int i = 0; i < count && type == Stat.S_IFCHR; i++) {
            if (numbers[i] == what.deviceNumber
                    || whole[i] && Stat.majorOf(numbers[i]) == Stat.majorOf(what.deviceNumber)) {
                return devices[i].open(node, flags, path, out);
            }
        }
        return -ENXIO;
    }
}

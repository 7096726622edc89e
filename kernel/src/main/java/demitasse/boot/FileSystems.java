package demitasse.boot;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Allocator;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.fs.dev.Device;
import demitasse.fs.dev.DeviceTable;
import demitasse.fs.dev.MemoryDevice;
import demitasse.fs.dev.RandomDevice;
import demitasse.fs.erofs.ErofsFileSystem;
import demitasse.fs.overlay.OverlayFileSystem;
import demitasse.fs.tmp.TmpFileSystem;
import demitasse.machine.PhysicalMemory;
import demitasse.posix.file.ConsoleFiles;
import demitasse.posix.file.Fifos;
import demitasse.posix.file.Terminal;
import demitasse.posix.task.Instance;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Mounts;
import demitasse.vfs.SpecialFiles;

/** The mounted tree of a new instance: the image under a tmpfs, /dev, /proc. */
final class FileSystems {
    private static final int RANDOM_CHUNK_BYTES = 256;
    /** A tmpfs may hold half of memory, as on Linux. */
    private static final int TMPFS_SHARE = 2;
    private static final int STICKY = 01000;
    private static final String[] STREAM_LINKS = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    private static final String[] STREAM_TARGETS = {"/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"};

    private final Instance instance;
    private final Mounts mounts;
    private final Allocator slabs;
    private final ConsoleFiles console;
    private final DeviceTable devices;

    FileSystems(Instance instance, ConsoleFiles console, Allocator slabs) {
        this.instance = instance;
        this.console = console;
        this.slabs = slabs;
        mounts = instance.mounts();
        devices = new DeviceTable(fifos(instance));
    }

    private static SpecialFiles fifos(Instance instance) {
        Fifos fifos = new Fifos(instance.files());
        return (node, what, flags, path, out) -> fifos.open(node, flags, path, out);
    }

    /** Mounts everything; 0, or the status to end with after having complained. */
    int mount(Complaint complaint) {
        FileSystem image = openImage(complaint);
        if (image == null) {
            return Boot.STATUS_NOT_STARTED;
        }
        mounts.mountRoot(image, "overlay", 0);
        Tree tree = new Tree(mounts, slabs, Boot.root());
        int error = mountDevices(tree);
        if (error == 0) {
            error = tree.directory("/tmp", STICKY | 0777);
        }
        if (error < 0) {
            complaint.say(null, "too little memory for the file systems of an instance");
            return Boot.STATUS_NOT_STARTED;
        }
        return 0;
    }

    /** The root: the image with a tmpfs over it that takes all changes. Null after having complained. */
    private FileSystem openImage(Complaint complaint) {
        PhysicalMemory memory = instance.platform().memory();
        if (memory.initrdAddress() == 0) {
            complaint.say(null, "there is no root file system image");
            return null;
        }
        Ref<ErofsFileSystem> lower = new Ref<>();
        int error = ErofsFileSystem.open(memory.initrdAddress(), memory.initrdBytes(), instance.pages(), devices,
                mounts.newDevice(), lower);
        if (error < 0) {
            complaint.say(null, "the root file system image is damaged or of a kind that is not supported");
            return null;
        }
        return new OverlayFileSystem(lower.value, tmpfs(0755), instance.pages(), slabs, mounts.newDevice());
    }

    private int mountDevices(Tree tree) {
        int error = tree.mount(tmpfs(0755), "/dev", "devtmpfs", 0);
        if (error < 0) {
            return error;
        }
        error = addMemoryDevices(tree);
        if (error == 0) {
            error = addTerminal(tree);
        }
        if (error == 0) {
            error = tree.directory("/dev/shm", STICKY | 0777);
        }
        if (error == 0) {
            error = tree.symlink("/dev/fd", "/proc/self/fd");
        }
        for (int i = 0; i < STREAM_LINKS.length && error == 0; i++) {
            error = tree.symlink(STREAM_LINKS[i], STREAM_TARGETS[i]);
        }
        return error;
    }

    /** Numbers as in Linux' Documentation/admin-guide/devices.txt. */
    private int addMemoryDevices(Tree tree) {
        long chunk = slabs.allocate(RANDOM_CHUNK_BYTES, 8);
        if (chunk == Allocator.NONE) {
            return -ENOMEM;
        }
        RandomDevice randomness = new RandomDevice(new PoolSource(instance.random()), new Buffer(chunk, RANDOM_CHUNK_BYTES));
        int error = add(tree, "/dev/null", 1, 3, MemoryDevice.ofNull());
        error = error < 0 ? error : add(tree, "/dev/zero", 1, 5, MemoryDevice.ofZero());
        error = error < 0 ? error : add(tree, "/dev/full", 1, 7, MemoryDevice.ofFull());
        error = error < 0 ? error : add(tree, "/dev/random", 1, 8, randomness);
        return error < 0 ? error : add(tree, "/dev/urandom", 1, 9, randomness);
    }

    /** With no terminal both nodes are there and open as ENXIO, as on a Linux without a controlling terminal. */
    private int addTerminal(Tree tree) {
        Terminal terminal = console.terminal();
        if (terminal != null) {
            devices.add(5, 0, terminal::open);
            devices.add(5, 1, terminal::open);
        }
        int error = tree.device("/dev/tty", 0666, 5, 0);
        return error < 0 ? error : tree.device("/dev/console", 0600, 5, 1);
    }

    private int add(Tree tree, String path, int major, int minor, Device device) {
        devices.add(major, minor, device);
        return tree.device(path, 0666, major, minor);
    }

    private TmpFileSystem tmpfs(int rootMode) {
        return new TmpFileSystem(instance.pages(), slabs, instance.platform().clock(), devices, mounts.newDevice(),
                instance.pages().totalBytes() / TMPFS_SHARE, rootMode);
    }
}

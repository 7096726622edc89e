package demitasse.boot;

import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.alloc.Allocator;
import demitasse.base.collect.Ref;
import demitasse.fs.erofs.ErofsFileSystem;
import demitasse.fs.overlay.OverlayFileSystem;
import demitasse.fs.proc.ProcFileSystem;
import demitasse.fs.pts.PtsFileSystem;
import demitasse.fs.tmp.TmpFileSystem;
import demitasse.machine.PhysicalMemory;
import demitasse.posix.ipc.MqueueFileSystem;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.task.Instance;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Mount;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** The mounted tree of a new instance: the image under a tmpfs, /dev, /proc. */
final class FileSystems {
    /** A tmpfs may hold half of memory, as on Linux. */
    private static final int TMPFS_SHARE = 2;
    private static final int STICKY = 01000;

    private final Instance instance;
    private final Mounts mounts;
    private final Allocator slabs;
    private final DeviceNodes devices;
    private MountableTypes types;

    FileSystems(Instance instance, DeviceNodes devices, Allocator slabs) {
        this.instance = instance;
        this.devices = devices;
        this.slabs = slabs;
        mounts = instance.mounts();
    }

    /** Mounts everything; 0, or the status to end with after having complained. */
    int mount(CommandLine line, Network network, Complaint complaint) {
        FileSystem root = openRoot(complaint);
        if (root == null) {
            return Boot.STATUS_NOT_STARTED;
        }
        mounts.mountRoot(root, "overlay", 0);
        types = new MountableTypes(instance, this, slabs);
        mounts.setTypes(types);
        Tree tree = new Tree(mounts, slabs, Boot.root());
        int error = mountDevices(tree);
        error = error < 0 ? error : mountProcesses(tree);
        error = error < 0 ? error : tree.directory("/tmp", STICKY | 0777);
        error = error < 0 ? error : new NetworkFiles(line, network, tree,
                instance.files().net().nameServers, slabs).write();
        if (error == -ENOMEM || error == -ENOSPC) {
            complaint.say(null, "too little memory for the file systems of an instance");
            return Boot.STATUS_NOT_STARTED;
        }
        if (error < 0) {
            // The image has a file there, or a symbolic link to nowhere.
            complaint.say(tree.last(), "has to be a directory in the root file system, and is something else");
            return Boot.STATUS_NOT_STARTED;
        }
        return mountWanted(tree, line.tmpfs(), complaint);
    }

    /** What the user wants mounted besides. */
    private int mountWanted(Tree tree, Strings wanted, Complaint complaint) {
        Name place = new Name();
        Name options = new Name();
        for (int i = 0; i < wanted.count(); i++) {
            place.set(wanted.address(i), wanted.length(i));
            int colon = 0;
            while (colon < place.length() && place.at(colon) != ':') {
                colon++;
            }
            int rest = Math.max(0, place.length() - colon - 1);
            options.set(place.address() + place.length() - rest, rest);
            place.set(place.address(), colon);
            TmpfsOptions chosen = new TmpfsOptions(instance.pages().totalBytes(), tmpfsBytes());
            boolean known = chosen.parse(options) == 0;
            TmpFileSystem made = known ? tmpfs(chosen) : null;
            int error = made == null ? -ENOMEM : tree.mountAt(place, made, "tmpfs");
            if (!known || error < 0) {
                complaint.say(known ? place : options, known ? "cannot be the place of a tmpfs"
                        : "are not options of a tmpfs; it takes size=, mode=, uid=, gid= and nr_inodes=");
                return Boot.STATUS_NOT_STARTED;
            }
        }
        return 0;
    }

    /** The root: the image with a tmpfs over it that takes all changes. Null after having complained. */
    private FileSystem openRoot(Complaint complaint) {
        PhysicalMemory memory = instance.platform().memory();
        if (memory.initrdAddress() == 0) {
            complaint.say(null, "there is no root file system image");
            return null;
        }
        Ref<ErofsFileSystem> image = new Ref<>();
        int error = ErofsFileSystem.open(memory.initrdAddress(), memory.initrdBytes(), instance.pages(),
                devices.specialFiles(), mounts.newDevice(), image);
        if (error < 0) {
            complaint.say(null, "the root file system image is damaged or of a kind that is not supported");
            return null;
        }
        return new OverlayFileSystem(image.value, tmpfs(0755), instance.pages(), slabs, mounts.newDevice());
    }

    private int mountDevices(Tree tree) {
        int error = devices.register();
        TmpFileSystem fileSystem = tmpfs(0755);
        // memfd_create(2) needs files without names, shm_open(3) files below /dev/shm: the same memory.
        instance.files().setAnonymousFiles(fileSystem::createAnonymous);
        error = error < 0 ? error : tree.mount(fileSystem, "/dev", "devtmpfs", 0);
        if (error < 0) {
            return error;
        }
        Path dev = new Path();
        error = tree.find("/dev", dev);
        error = error < 0 ? error : devices.populate(dev, Boot.root());
        dev.clear();
        PtsFileSystem terminals = devices.terminals(slabs, mounts.newDevice());
        if (error == 0 && terminals == null) {
            return -ENOMEM;
        }
        types.share(terminals);
        long nameBuffer = slabs.allocate(MqueueFileSystem.NAME_BYTES_MAX, 1);
        if (nameBuffer == Allocator.NONE) {
            return -ENOMEM;
        }
        MqueueFileSystem queues = new MqueueFileSystem(instance.files(), 
                instance.namespaces().first().ipc().posixQueues(), nameBuffer);
        types.share(queues, nameBuffer);
        error = error < 0 ? error : tree.mount(queues, "/dev/mqueue", "mqueue", Mount.NO_SUID | Mount.NO_DEVICES
                | Mount.NO_EXECUTE);
        return error < 0 ? error : tree.mount(terminals, "/dev/pts", "devpts", 0);
    }

    private int mountProcesses(Tree tree) {
        ProcFileSystem processes = processes(instance.namespaces().firstPids());
        if (processes == null) {
            return -ENOMEM;
        }
        types.share(processes);
        int error = tree.mount(processes, "/proc", "proc", 0);
        ProcFileSystem system = ProcFileSystem.createSys(new SystemReport(instance), mounts, instance.pages(),
                instance.platform().clock());
        if (error < 0 || system == null) {
            return error < 0 ? error : -ENOMEM;
        }
        types.share(system);
        return tree.mount(system, "/sys", "sysfs", Mount.READ_ONLY | Mount.NO_SUID | Mount.NO_DEVICES
                | Mount.NO_EXECUTE);
    }

    /** A procfs of a PID namespace; null without memory. */
    ProcFileSystem processes(PidNamespace namespace) {
        return ProcFileSystem.create(new ProcessSource(instance, namespace), new SystemReport(instance),
                new NetworkReport(instance.files()), mounts, instance.pages(), instance.platform().clock(),
                !namespace.isFirst());
    }

    long tmpfsBytes() {
        return instance.pages().totalBytes() / TMPFS_SHARE;
    }

    private TmpFileSystem tmpfs(int rootMode) {
        return tmpfs(rootMode, tmpfsBytes());
    }

    /** Null without memory. */
    TmpFileSystem tmpfs(TmpfsOptions chosen) {
        TmpFileSystem made = tmpfs(chosen.mode, chosen.sizeBytes);
        if (made.root() == null || made.limit(chosen.sizeBytes, chosen.files) < 0) {
            return null;
        }
        made.giveRoot(chosen.uid, chosen.gid);
        if (chosen.isRam) {
            made.beRam(instance.pages().totalBytes());
        }
        return made;
    }

    private TmpFileSystem tmpfs(int rootMode, long sizeBytes) {
        return new TmpFileSystem(instance.pages(), slabs, instance.platform().clock(), devices.specialFiles(),
                mounts.newDevice(), sizeBytes, rootMode);
    }
}

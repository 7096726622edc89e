package demitasse.boot;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.alloc.Allocator;
import demitasse.base.collect.Ref;
import demitasse.fs.overlay.Layer;
import demitasse.fs.overlay.OverlayFileSystem;
import demitasse.fs.tmp.TmpFileSystem;
import demitasse.posix.ipc.MqueueFileSystem;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.namespace.UserNamespace;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.vfs.FileSystem;
import demitasse.vfs.FileSystemTypes;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;

/** What mount(2) may ask for: new file systems in memory, overlays, and more views of what is there from boot on. */
final class MountableTypes implements FileSystemTypes {
    private static final int SHARED_MAX = 8;
    /** Of overlays on each other, FILESYSTEM_MAX_STACK_DEPTH of Linux: looking up goes down through all. */
    private static final int STACK_DEPTH_MAX = 2;

    private final Instance instance;
    private final FileSystems fileSystems;
    private final Allocator slabs;
    private final FileSystem[] shared = new FileSystem[SHARED_MAX];
    private int sharedCount;
    private long queueName;

    MountableTypes(Instance instance, FileSystems fileSystems, Allocator slabs) {
        this.instance = instance;
        this.fileSystems = fileSystems;
        this.slabs = slabs;
    }

    /** There is one of its type, however often it is mounted. */
    void share(FileSystem fileSystem) {
        shared[sharedCount++] = fileSystem;
    }

    /** @param nameBuffer what {@link MqueueFileSystem} needs, which those of all IPC namespaces share */
    void share(MqueueFileSystem first, long nameBuffer) {
        share(first);
        queueName = nameBuffer;
    }

    @Override
    public boolean knows(Name type) {
        return type.is("tmpfs") || type.is("ramfs") || type.is("overlay") || find(type) != null;
    }

    private FileSystem find(Name type) {
        for (int i = 0; i < sharedCount; i++) {
            if (type.is(shared[i].type())) {
                return shared[i];
            }
        }
        return null;
    }

    @Override
    public int make(Name type, Name options, Ref<FileSystem> out) {
        PidNamespace pids = instance.current().process().pidNamespace();
        Credentials who = instance.current().credentials();
        UserNamespace owner = type.is("proc") ? pids.owner() : type.is("mqueue")
                ? instance.seen().of(Namespace.IPC).owner() : type.is("sysfs")
                ? instance.seen().of(Namespace.NETWORK).owner() : who.users;
        if (!who.may(Credentials.CAP_SYS_ADMIN, owner)) {
            return -EPERM;
        }
        if (type.is("proc") && !pids.isFirst()) {
            out.value = fileSystems.processes(pids);
            return out.value == null ? -ENOMEM : 0;
        }
        boolean ownQueues = type.is("mqueue") && instance.seen().ipc() != instance.namespaces().first().ipc();
        out.value = ownQueues ? new MqueueFileSystem(instance.files(), instance.seen().ipc().posixQueues(), queueName)
                : find(type);
        if (out.value != null) {
            return 0;
        }
        if (type.is("overlay")) {
            return overlay(options, out);
        }
        return type.is("tmpfs") || type.is("ramfs") ? inMemory(type.is("ramfs"), who, options, out) : -ENODEV;
    }

    private int inMemory(boolean ram, Credentials who, Name options, Ref<FileSystem> out) {
        TmpfsOptions wanted = new TmpfsOptions(instance.pages().totalBytes(), fileSystems.tmpfsBytes());
        wanted.uid = who.fsuid;
        wanted.gid = who.fsgid;
        wanted.mode = ram ? 0755 : wanted.mode;
        wanted.isRam = ram;
        int error = wanted.parse(options);
        if (error < 0) {
            return error;
        }
        out.value = fileSystems.tmpfs(wanted);
        return out.value == null ? -ENOMEM : 0;
    }

    @Override
    public int change(FileSystem mounted, Name options) {
        if (!(mounted instanceof TmpFileSystem tmpfs) || !tmpfs.type().equals("tmpfs")) {
            return 0;
        }
        TmpfsOptions wanted = new TmpfsOptions(instance.pages().totalBytes(), tmpfs.sizeBytesMax());
        wanted.files = tmpfs.filesMax();
        int error = wanted.parse(options);
        return error < 0 ? error : tmpfs.limit(wanted.sizeBytes, wanted.files);
    }

    private int overlay(Name text, Ref<FileSystem> out) {
        OverlayOptions options = new OverlayOptions();
        if (!options.parse(text)) {
            return -EINVAL;
        }
        Path lower = new Path();
        Path upper = new Path();
        Path work = new Path();
        int error = find(options.lower, lower);
        error = error < 0 ? error : find(options.upper, upper);
        error = error < 0 ? error : find(options.work, work);
        // The upper layer keeps marks with its files, which only a tmpfs does; Linux refuses unfit ones as well.
        if (error == 0 && (!upper.mount().fileSystem().type().equals("tmpfs") || work.mount() != upper.mount())) {
            error = -EINVAL;
        }
        int depth = error == 0 && lower.mount().fileSystem() instanceof OverlayFileSystem one ? one.stackDepth() : 0;
        if (depth == STACK_DEPTH_MAX) {
            error = -EINVAL;
        }
        if (error == 0) {
            out.value = new OverlayFileSystem(new Layer(lower), new Layer(upper), instance.pages(), slabs,
                    instance.mounts().newDevice(), false, depth + 1);
        }
        lower.clear();
        upper.clear();
        work.clear();
        return error;
    }

    private int find(Name path, Path out) {
        Process caller = instance.current().process();
        return instance.mounts().walk(caller.directory(), caller.root(), path, PathWalk.FOLLOW | PathWalk.DIRECTORY,
                instance.current().credentials(), out);
    }
}

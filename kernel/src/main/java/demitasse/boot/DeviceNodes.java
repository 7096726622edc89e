package demitasse.boot;

import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENXIO;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.Text;
import demitasse.fs.dev.Device;
import demitasse.fs.dev.DeviceTable;
import demitasse.fs.dev.MemoryDevice;
import demitasse.fs.dev.RandomDevice;
import demitasse.fs.dev.RandomSource;
import demitasse.fs.pts.PtsFileSystem;
import demitasse.posix.file.Fifos;
import demitasse.posix.file.FileTable;
import demitasse.posix.file.KernelLogFile;
import demitasse.posix.task.Instance;
import demitasse.posix.terminal.ConsoleFiles;
import demitasse.posix.terminal.PtyNodes;
import demitasse.posix.terminal.Ptys;
import demitasse.posix.terminal.Terminal;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.SpecialFiles;
import demitasse.vfs.Stat;

/**
 * The devices of an instance, the nodes below /dev that lead to them, and the standard streams of the first
 * process.
 */
final class DeviceNodes {
    private static final int MEMORY_MAJOR = 1;
    private static final int KMSG_MINOR = 11;
    private static final int TERMINAL_MAJOR = 5;
    private static final int MASTER_MINOR = 2;
    private static final int PAGE_BYTES = 4096;
    private static final int NAME_BYTES_MAX = 64;
    private static final int STREAMS = 3;
    private static final int MODE = Stat.S_IFCHR | 0666;

    private final Instance instance;
    private final ConsoleFiles console;
    private final DeviceTable table;
    private final Ptys ptys;
    private final Name name = new Name();
    private final Name target = new Name();
    private final Text text = new Text();

    DeviceNodes(Instance instance, ConsoleFiles console) {
        this.instance = instance;
        this.console = console;
        ptys = new Ptys(instance.files(), Ptys.processesOf(instance));
        Fifos fifos = new Fifos(instance.files(), () -> instance.current().credentials());
        table = new DeviceTable((node, what, flags, path, out) -> fifos.open(node, flags, path, out));
    }

    /** Registers the devices: 0 or -ENOMEM. To be called once, before the first program runs. */
    int register() {
        long page = instance.pages().allocate(0);
        if (page == Pages.NONE) {
            return -ENOMEM;
        }
        Pool pool = new Pool();
        Buffer chunk = new Buffer(page, PAGE_BYTES);
        table.add(MEMORY_MAJOR, 3, MemoryDevice.ofNull());
        table.add(MEMORY_MAJOR, 5, MemoryDevice.ofZero());
        table.add(MEMORY_MAJOR, 7, MemoryDevice.ofFull());
        table.add(MEMORY_MAJOR, 8, new RandomDevice(pool, chunk, true));
        table.add(MEMORY_MAJOR, 9, new RandomDevice(pool, chunk, false));
        table.add(MEMORY_MAJOR, KMSG_MINOR, (node, flags, path, out) -> {
            out.value = new KernelLogFile(node, flags, path, instance.log(), chunk);
            return 0;
        });
        table.add(TERMINAL_MAJOR, 0, new OwnTerminal());
        table.add(TERMINAL_MAJOR, 1, console::openTerminal);
        table.add(TERMINAL_MAJOR, MASTER_MINOR, ptys::openMaster);
        table.addAll(Ptys.MAJOR, ptys::openTerminal);
        return 0;
    }

    /** The file system for /dev/pts; null without memory. */
    PtsFileSystem terminals(Allocator slabs, long device) {
        long names = slabs.allocate(PtsFileSystem.nameBytes(), 8);
        if (names == Allocator.NONE) {
            return null;
        }
        PtsFileSystem pts = new PtsFileSystem(table, instance.platform().clock(), device,
                Stat.deviceOf(TERMINAL_MAJOR, MASTER_MINOR), names);
        ptys.setNodes(new Names(pts));
        return pts;
    }

    /** For every file system that can hold device nodes and FIFOs. */
    SpecialFiles specialFiles() {
        return table;
    }

    /** Makes the nodes in the root directory of a fresh file system: 0 or -errno. */
    int populate(Path dev, Access who) {
        int error = node(dev, "null", MEMORY_MAJOR, 3, who);
        error = error < 0 ? error : node(dev, "zero", MEMORY_MAJOR, 5, who);
        error = error < 0 ? error : node(dev, "full", MEMORY_MAJOR, 7, who);
        error = error < 0 ? error : node(dev, "random", MEMORY_MAJOR, 8, who);
        error = error < 0 ? error : node(dev, "urandom", MEMORY_MAJOR, 9, who);
        // Everybody reads the kernel's log, root writes to it.
        error = error < 0 ? error : node(dev, "kmsg", MODE & ~0022, MEMORY_MAJOR, KMSG_MINOR, who);
        error = error < 0 ? error : node(dev, "tty", TERMINAL_MAJOR, 0, who);
        // Everybody may write to it: all users of an instance share its one terminal.
        error = error < 0 ? error : node(dev, "console", TERMINAL_MAJOR, 1, who);
        error = error < 0 ? error : node(dev, "ptmx", TERMINAL_MAJOR, MASTER_MINOR, who);
        error = error < 0 ? error : link(dev, "fd", "/proc/self/fd", who);
        error = error < 0 ? error : link(dev, "stdin", "/proc/self/fd/0", who);
        error = error < 0 ? error : link(dev, "stdout", "/proc/self/fd/1", who);
        error = error < 0 ? error : link(dev, "stderr", "/proc/self/fd/2", who);
        error = error < 0 ? error : directory(dev, "shm", Stat.S_ISVTX | 0777, who);
        return error < 0 ? error : directory(dev, "pts", 0755, who);
    }

    /** The terminal of the first process; null where it has none. */
    Terminal terminal() {
        return console.terminal();
    }

    /** The terminal is that of the program's session. */
    void begin(int session) {
        console.begin(session);
    }

    /** Gives a process its descriptors 0, 1 and 2: 0 or -errno. */
    int openStreams(FileTable files, Path root, Access who) {
        FileHandle terminal = null;
        for (int stream = 0; stream < STREAMS; stream++) {
            FileHandle file;
            if (!console.isTerminal(stream)) {
                file = console.stream(stream);
            } else if (terminal != null) {
                terminal.retain();
                file = terminal;
            } else {
                Ref<FileHandle> opened = new Ref<>();
                int error = openTerminal(root, who, opened);
                if (error < 0) {
                    return error;
                }
                terminal = opened.value;
                file = terminal;
            }
            files.install(file, stream, false);
        }
        return 0;
    }

    private int openTerminal(Path root, Access who, Ref<FileHandle> out) {
        Path place = new Path();
        int error = instance.mounts().walk(root, root, nameOf("/dev/console", name), 0, who, place);
        if (error == 0) {
            error = place.inode().open(OpenFlags.O_RDWR, place, out);
        }
        place.clear();
        return error;
    }

    private int node(Path dev, String called, int major, int minor, Access who) {
        return node(dev, called, MODE, major, minor, who);
    }

    private int node(Path dev, String called, int mode, int major, int minor, Access who) {
        return instance.mounts().changes().create(dev, nameOf(called, name), mode, Stat.deviceOf(major, minor), who,
                null);
    }

    private int directory(Path dev, String called, int mode, Access who) {
        return instance.mounts().changes().create(dev, nameOf(called, name), Stat.S_IFDIR | mode, 0, who, null);
    }

    private int link(Path dev, String called, String to, Access who) {
        return instance.mounts().changes().symlink(dev, nameOf(called, name), nameOf(to, target), who);
    }

    private Name nameOf(String constant, Name out) {
        text.set(instance.scratch().take(NAME_BYTES_MAX), NAME_BYTES_MAX).add(constant);
        out.set(text.address(), text.length());
        return out;
    }

    /** /dev/tty, tty(4): the controlling terminal of whoever opens it. */
    private final class OwnTerminal implements Device {
        @Override
        public int open(Inode node, int flags, Path path, Ref<FileHandle> out) {
            Terminal own = instance.current() == null ? null : instance.current().process().terminal();
            return own == null ? -ENXIO : own.open(node, flags, path, false, out);
        }
    }

    /** Pseudo-terminals get their names. */
    private static final class Names implements PtyNodes {
        private final PtsFileSystem fileSystem;

        Names(PtsFileSystem fileSystem) {
            this.fileSystem = fileSystem;
        }

        @Override
        public Inode add(int number, int uid) {
            return fileSystem.add(number, uid, Stat.deviceOf(Ptys.MAJOR, number));
        }

        @Override
        public void remove(int number) {
            fileSystem.remove(number);
        }
    }

    private final class Pool implements RandomSource {
        @Override
        public void fill(long address, int lengthBytes) {
            instance.random().fill(address, lengthBytes);
        }

        @Override
        public void mix(long source, int lengthBytes) {
            instance.random().mix(source, lengthBytes);
        }
    }
}

package demitasse.testing;

import static demitasse.base.error.Errno.ENXIO;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.fs.tmp.TmpFileSystem;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileSystem;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.Loan;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.SpecialFiles;
import demitasse.vfs.Stat;
import java.nio.charset.StandardCharsets;

/** A mounted tree with a tmpfs as its root, and verbs for tests that take Strings. */
public final class TestTree {
    public static final long SIZE_BYTES = 32L << 20;
    public static final SpecialFiles NO_SPECIAL_FILES = (node, what, flags, path, out) -> -ENXIO;

    public final TestMemory memory;
    public final Pages pages;
    public final Slabs slabs;
    public final TestClock clock;
    public final Mounts mounts;
    public final Path root = new Path();
    public final User user = new User();
    private final long buffer;
    private final long secondBuffer;

    /** What a test's caller may do: root unless told otherwise. */
    public static final class User implements Access {
        public int uid;
        public int gid;

        @Override
        public boolean allows(Stat file, int mode) {
            if (uid == 0) {
                return true;
            }
            int granted = file.uid == uid ? file.mode >> 6 : file.gid == gid ? file.mode >> 3 : file.mode;
            return (granted & mode) == mode;
        }

        @Override
        public boolean overrides() {
            return uid == 0;
        }

        @Override
        public boolean owns(Stat file) {
            return uid == 0 || file.uid == uid;
        }

        @Override
        public boolean mayRunAs(int group) {
            return uid == 0 || gid == group;
        }

        @Override
        public int fileUid() {
            return uid;
        }

        @Override
        public int fileGid() {
            return gid;
        }
    }

    /** Makes the root file system once the memory stands. */
    public interface RootMaker {
        FileSystem make(TestTree tree);
    }

    public TestTree() {
        this(new TestMemory(64L << 20), TestTree::newTmpFileSystem);
    }

    public TestTree(TestMemory memory, RootMaker maker) {
        this.memory = memory;
        clock = new TestClock();
        pages = new Pages(memory);
        slabs = new Slabs(pages, 32L << 20);
        mounts = new Mounts(slabs);
        buffer = slabs.allocate(1 << 16, 8);
        secondBuffer = slabs.allocate(1 << 16, 8);
        mounts.mountRoot(maker.make(this), "none", 0);
        mounts.root(root);
    }

    /** Another tree on the same machine, with its own cache of names. */
    public TestTree(TestTree machine, FileSystem fileSystem) {
        this(machine, fileSystem, machine.slabs);
    }

    /** A tree whose names are kept by another allocator than the machine's. */
    public TestTree(TestTree machine, FileSystem fileSystem, Allocator names) {
        memory = machine.memory;
        pages = machine.pages;
        slabs = machine.slabs;
        clock = machine.clock;
        mounts = new Mounts(names);
        buffer = machine.buffer;
        secondBuffer = machine.secondBuffer;
        mounts.mountRoot(fileSystem, "none", 0);
        mounts.root(root);
    }

    /** Empties the cache of names: what is looked up then is looked up anew. */
    public void forgetAll() {
        mounts.dropCaches();
    }

    public TmpFileSystem newTmpFileSystem() {
        return new TmpFileSystem(pages, slabs, clock, NO_SPECIAL_FILES, mounts.newDevice(), SIZE_BYTES, 0755);
    }

    public Name name(String text) {
        return put(text, buffer);
    }

    public Name secondName(String text) {
        return put(text, secondBuffer);
    }

    private static Name put(String text, long address) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(address + i, bytes[i]);
        }
        return new Name(address, bytes.length);
    }

    public static String text(Name name) {
        byte[] bytes = new byte[name.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) name.at(i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public int walk(String path, int flags, Path out) {
        return mounts.walk(root, root, name(path), flags, user, out);
    }

    /** The place of a path that is there. */
    public Path place(String path) {
        Path out = new Path();
        must(walk(path, 0, out), path);
        return out;
    }

    /** Result of making a file of any type. */
    public int create(String path, int mode) {
        int error = parent(path);
        return error < 0 ? error
                : mounts.changes().create(mounts.walker().directory(), mounts.walker().last(), mode, 0,
                user, null);
    }

    private int parent(String path) {
        Path unused = new Path();
        int error = walk(path, PathWalk.PARENT, unused);
        unused.clear();
        return error;
    }

    public int directory(String path) {
        return create(path, Stat.S_IFDIR | 0755);
    }

    public int file(String path) {
        return create(path, Stat.S_IFREG | 0644);
    }

    public int symlink(String target, String path) {
        int error = parent(path);
        return error < 0 ? error : mounts.changes().symlink(
                mounts.walker().directory(), mounts.walker().last(), secondName(target), user);
    }

    public int link(String existing, String path) {
        Path from = place(existing);
        int error = parent(path);
        if (error == 0) {
            error = mounts.changes().link(from, mounts.walker().directory(), mounts.walker().last(), user);
        }
        from.clear();
        return error;
    }

    public int unlink(String path, boolean directory) {
        int error = parent(path);
        return error < 0 ? error
                : mounts.changes().unlink(mounts.walker().directory(), mounts.walker().last(), directory,
                user);
    }

    public int rename(String from, String to, int flags) {
        int error = parent(from);
        if (error < 0) {
            return error;
        }
        PathWalk second = mounts.secondWalker();
        Path unused = new Path();
        error = second.walk(root, root, secondName(to), PathWalk.PARENT, user, unused);
        unused.clear();
        return error < 0 ? error : mounts.changes().rename(mounts.walker().directory(),
                mounts.walker().last(), second.directory(), second.last(), flags, user);
    }

    public Stat stat(String path) {
        Stat stat = new Stat();
        Path place = place(path);
        must(place.inode().stat(stat), path);
        place.clear();
        return stat;
    }

    public FileHandle open(String path, int flags) {
        Ref<FileHandle> out = new Ref<>();
        Path place = place(path);
        must(place.inode().open(flags, place, out), path);
        place.clear();
        return out.value;
    }

    public long write(FileHandle file, byte[] bytes, long offset) {
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(buffer + i, bytes[i]);
        }
        return file.write(new KernelTransfer().set(buffer, bytes.length), offset);
    }

    /** Reads; and sees that what the file lends is the same. */
    public byte[] read(FileHandle file, int lengthBytes, long offset) {
        long start = offset == FileHandle.CURRENT ? file.seek(0, SeekWhence.SEEK_CUR) : offset;
        long moved = file.read(new KernelTransfer().set(buffer, lengthBytes), offset);
        must((int) moved, "read");
        byte[] bytes = new byte[(int) moved];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Memory.getByte(buffer + i);
        }
        if (file instanceof RegularHandle regular) {
            compareLent(regular, bytes, start);
        }
        return bytes;
    }

    private static void compareLent(RegularHandle file, byte[] bytes, long start) {
        Loan loan = new Loan();
        int done = 0;
        while (done < bytes.length) {
            file.lend(start + done, bytes.length - done, loan);
            if (loan.lengthBytes <= 0 || loan.lengthBytes > bytes.length - done) {
                throw new AssertionError(loan.lengthBytes + " bytes lent of " + (bytes.length - done));
            }
            for (int i = 0; loan.address != 0 && i < loan.lengthBytes; i++) {
                if (Memory.getByte(loan.address + i) != bytes[done + i]) {
                    throw new AssertionError("another byte is lent at " + (start + done + i));
                }
            }
            done += (int) loan.lengthBytes;
        }
        if (bytes.length == 0) {
            file.lend(start, 1, loan);
            if (loan.lengthBytes != 0) {
                throw new AssertionError("a byte behind the end is lent");
            }
        }
    }

    /** The full name of a place, seen from a root. */
    public String pathOf(Path place, Path from) {
        Name out = new Name();
        must(mounts.pathOf(place, from, buffer, 4096, out), "path");
        return text(out);
    }

    private static void must(int result, String what) {
        if (result < 0) {
            throw new AssertionError(what + ": errno " + -result);
        }
    }
}

package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Text;
import demitasse.testing.ListedNames;
import demitasse.testing.TestTree;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcTest {
    private TestTree tree;
    private final FakeSystem system = new FakeSystem();

    @BeforeEach
    void mount() {
        tree = new TestTree();
        system.mounts = tree.mounts;
        tree.directory("/proc");
        tree.directory("/a b");
        tree.file("/a b/prog");
        ProcFileSystem proc = ProcFileSystem.create(system, system, (kind, out) -> out.number(kind).newline(),
                tree.mounts, tree.pages, tree.clock, false);
        Path point = tree.place("/proc");
        assertEquals(0, tree.mounts.mount(proc, point, "proc", 0));
        point.clear();
        system.executable.set(tree.place("/a b/prog"));
        system.files.put(0, new Nameless());
        system.files.put(3, tree.open("/a b/prog", OpenFlags.O_RDWR));
    }

    @Test
    void statIsOneLineOf52Fields() {
        String stat = read("/proc/42/stat");
        assertEquals("42 (cat) S 1 40 39 0 -1 0 0 0 0 0 7 8 9 0 15 -5 2 0 12345 143360 5 18446744073709551615"
                + " 0 0 0 0 0 1 9223372036854775808 4096 2 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", stat);
        assertEquals(52, stat.trim().split(" ").length);
    }

    @Test
    void statusIsAsProc5Says() {
        List<String> lines = read("/proc/self/status").lines().toList();
        assertEquals(List.of("Name:\tcat", "Umask:\t0022", "State:\tS (sleeping)", "Tgid:\t42", "Ngid:\t0", "Pid:\t42",
                "PPid:\t1", "TracerPid:\t7", "Uid:\t1000\t1001\t1002\t1003", "Gid:\t100\t100\t100\t100", "FDSize:\t64",
                "Groups:\t4 5 "), lines.subList(0, 12));
        assertTrue(lines.contains("VmRSS:\t      20 kB"), lines.toString());
        assertTrue(lines.contains("VmStk:\t     132 kB"));
        assertTrue(lines.contains("SigBlk:\t8000000000000000"));
        assertTrue(lines.contains("SigQ:\t1/18446744073709551615"));
        assertTrue(lines.contains("CapEff:\t0000000000000020"));
    }

    @Test
    void mapsHaveLinuxColumns() {
        assertEquals("""
                00400000-00402000 r-xp 00001000 00:17 4711                               /a\\040b/prog
                7f0000000000-7f0000001000 rw-s 00000000 00:00 0\s
                7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
                """, read("/proc/42/maps"));
    }

    @Test
    void limitsHaveLinuxColumns() {
        List<String> lines = read("/proc/self/limits").lines().toList();
        assertEquals("Limit                     Soft Limit           Hard Limit           Units     ", lines.get(0));
        assertEquals("Max cpu time              unlimited            unlimited            seconds   ", lines.get(1));
        assertEquals("Max core file size        0                    unlimited            bytes     ", lines.get(5));
        assertEquals("Max open files            1024                 1048576              files     ", lines.get(8));
        assertEquals("Max nice priority         unlimited            unlimited            ", lines.get(14));
    }

    @Test
    void systemFilesAreAsProc5Says() {
        assertTrue(read("/proc/meminfo").startsWith("MemTotal:         262144 kB\nMemFree:          204800 kB\n"));
        assertEquals("61.23 1.05\n", read("/proc/uptime"));
        assertEquals("0.00 0.00 0.00 1/2 43\n", read("/proc/loadavg"));
        assertTrue(read("/proc/version").startsWith("Linux version 6.1.0-demitasse ("));
        assertEquals("6.1.0-demitasse\n", read("/proc/sys/kernel/osrelease"));
        assertEquals("none / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\n", read("/proc/mounts"));
        String uuid = read("/proc/sys/kernel/random/uuid");
        assertTrue(uuid.matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n"), uuid);
        assertNotEquals(uuid, read("/proc/sys/kernel/random/uuid"));
        assertEquals(read("/proc/sys/kernel/random/boot_id"), read("/proc/sys/kernel/random/boot_id"));
    }

    @Test
    void coreFilterIsHexadecimalAndTakesAnyBase() {
        FileHandle file = tree.open("/proc/42/coredump_filter", OpenFlags.O_RDWR);
        assertEquals("00000033\n", text(tree.read(file, 100, FileHandle.CURRENT)));
        assertEquals(5, tree.write(file, "0x7f\n".getBytes(), FileHandle.CURRENT));
        assertEquals(0x7f, system.coreFilter);
        assertEquals(3, tree.write(file, "010".getBytes(), FileHandle.CURRENT));
        assertEquals(8, system.coreFilter);
        assertEquals(2, tree.write(file, "12".getBytes(), FileHandle.CURRENT));
        assertEquals(12, system.coreFilter);
        for (String wrong : new String[] {"", "x", "0x", "08", "99999999999"}) {
            assertEquals(-EINVAL, tree.write(file, wrong.getBytes(), FileHandle.CURRENT), wrong);
        }
        file.release();
    }

    @Test
    void coreNamesCanBeSet() {
        assertEquals("core\n", read("/proc/sys/kernel/core_pattern"));
        FileHandle file = tree.open("/proc/sys/kernel/core_pattern", OpenFlags.O_RDWR);
        assertEquals(7, tree.write(file, "/a.%p\n\n".getBytes(), FileHandle.CURRENT));
        assertEquals("5 bytes", system.pattern);
        file.release();
        file = tree.open("/proc/sys/kernel/core_uses_pid", OpenFlags.O_RDWR);
        assertEquals(2, tree.write(file, "1\n".getBytes(), FileHandle.CURRENT));
        assertTrue(system.usesPid);
        assertEquals(-EINVAL, tree.write(file, "2".getBytes(), FileHandle.CURRENT));
        file.release();
    }

    @Test
    void memoryIsReadByAddress() {
        FileHandle file = tree.open("/proc/42/mem", OpenFlags.O_RDWR);
        byte[] bytes = tree.read(file, 5000, 0x10001);
        assertEquals(5000, bytes.length);
        assertEquals(1, bytes[0]);
        assertEquals((byte) 5000, bytes[4999]);
        assertEquals(0x2000, file.seek(0x2000, 0));
        assertEquals(0, tree.read(file, 1, FileHandle.CURRENT)[0]);
        assertEquals(1, tree.read(file, 1, FileHandle.CURRENT)[0]);
        assertEquals(-EIO, tree.write(file, new byte[1], 0x2000));
        file.release();
    }

    @Test
    void longTextIsWhole() {
        String text = read("/proc/self/environ");
        assertTrue(text.startsWith("LONG=0\0LONG=1\0"));
        assertTrue(text.endsWith("LONG=1999\0"));
    }

    @Test
    void readingFromTheStartShowsFreshText() {
        FileHandle file = tree.open("/proc/self/oom_score_adj", OpenFlags.O_RDWR);
        assertEquals("0\n", text(tree.read(file, 100, FileHandle.CURRENT)));
        assertEquals("", text(tree.read(file, 100, FileHandle.CURRENT)));
        assertEquals(5, tree.write(file, "-250\n".getBytes(), FileHandle.CURRENT));
        assertEquals(-250, system.oomAdjustment);
        assertEquals(-EINVAL, tree.write(file, "x\n".getBytes(), FileHandle.CURRENT));
        assertEquals(-EINVAL, tree.write(file, "1001\n".getBytes(), FileHandle.CURRENT));
        assertEquals(0, file.seek(0, 0));
        assertEquals("-250\n", text(tree.read(file, 100, FileHandle.CURRENT)));
        file.release();
    }

    @Test
    void linksTellWhereFilesAre() {
        assertEquals("42", link("/proc/self"));
        assertEquals("42/task/43", link("/proc/thread-self"));
        assertEquals("/a b/prog", link("/proc/42/exe"));
        assertEquals("/a b/prog", link("/proc/42/fd/3"));
        assertEquals("thing:[1]", link("/proc/42/fd/0"));
    }

    @Test
    void magicLinkLeadsToAFileWithoutAName() {
        tree.write(system.files.get(3), "still here".getBytes(), 0);
        assertEquals(0, tree.unlink("/a b/prog", false));
        assertEquals("/a b/prog (deleted)", link("/proc/self/exe"));
        assertEquals("still here", read("/proc/self/exe"));
        assertEquals("still here", read("/proc/self/fd/3"));
        Path out = new Path();
        assertEquals(0, tree.walk("/proc/self/fd/0", PathWalk.FOLLOW, out));
        assertSame(system.files.get(0).inode(), out.inode());
        out.clear();
    }

    @Test
    void descriptorsAreListedAndDescribed() {
        assertEquals(List.of("0", "3"), list("/proc/self/fd"));
        assertEquals(List.of("42", "43"), list("/proc/self/task"));
        assertTrue(read("/proc/self/fdinfo/3").startsWith("pos:\t0\nflags:\t02\nmnt_id:\t"));
        Path out = new Path();
        assertEquals(-ENOENT, tree.walk("/proc/self/fd/1", 0, out));
        assertEquals(-ENOENT, tree.walk("/proc/self/fd/03", 0, out));
        assertEquals(-ENOENT, tree.walk("/proc/41", 0, out));
    }

    @Test
    void rootListsFilesThenProcesses() {
        List<String> names = list("/proc");
        assertTrue(names.contains("meminfo") && names.contains("sys"));
        assertEquals("42", names.getLast());
        for (String name : list("/proc/self")) {
            tree.place("/proc/self/" + name).clear();
        }
    }

    @Test
    void filesBelongToTheUserOfTheProcess() {
        assertEquals(1001, tree.stat("/proc/42/status").uid);
        assertEquals(0, tree.stat("/proc/meminfo").uid);
        assertEquals(Stat.S_IFREG | 0400, tree.stat("/proc/42/environ").mode);
    }

    @Test
    void openTextsGiveTheirMemoryBack() {
        read("/proc/meminfo");
        long free = tree.pages.freeBytes();
        for (int i = 0; i < 100; i++) {
            read("/proc/self/environ");
        }
        assertEquals(free, tree.pages.freeBytes());
    }

    private String read(String path) {
        Path place = new Path();
        assertEquals(0, tree.walk(path, PathWalk.FOLLOW, place), path);
        Ref<FileHandle> out = new Ref<>();
        assertEquals(0, place.inode().open(OpenFlags.O_RDONLY, place, out));
        place.clear();
        StringBuilder text = new StringBuilder();
        while (true) {
            byte[] some = tree.read(out.value, 1000, FileHandle.CURRENT);
            if (some.length == 0) {
                break;
            }
            text.append(text(some));
        }
        out.value.release();
        return text.toString();
    }

    private List<String> list(String path) {
        Path place = new Path();
        assertEquals(0, tree.walk(path, PathWalk.FOLLOW, place), path);
        Ref<FileHandle> out = new Ref<>();
        assertEquals(0, place.inode().open(OpenFlags.O_RDONLY, place, out));
        place.clear();
        List<String> names = new ArrayList<>();
        while (true) {
            List<String> some = ListedNames.read(out.value, 3);
            if (some.isEmpty()) {
                break;
            }
            names.addAll(some);
        }
        out.value.release();
        assertEquals(List.of(".", ".."), names.subList(0, 2));
        return names.subList(2, names.size());
    }

    private String link(String path) {
        Path place = tree.place(path);
        Name name = new Name();
        assertEquals(0, place.inode().readLink(name));
        place.clear();
        return TestTree.text(name);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static final class Nameless extends FileHandle {
        private final Inode inode = new Inode() {
            @Override
            public int stat(Stat out) {
                return 0;
            }
        };

        Nameless() {
            super(0);
        }

        @Override
        public Inode inode() {
            return inode;
        }

        @Override
        public void describe(Text out) {
            out.add("thing:[1]");
        }
    }
}

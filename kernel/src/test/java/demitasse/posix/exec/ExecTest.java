package demitasse.posix.exec;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ELIBBAD;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOEXEC;
import static demitasse.base.error.Errno.ENOMEM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.Fault;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Credentials;
import demitasse.testing.TestPlatform;
import demitasse.testing.TestTree;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExecTest {
    private static final int PAGE = Pages.PAGE_BYTES;
    private static final int R = ElfImage.R;
    private static final int W = ElfImage.W;
    private static final int X = ElfImage.X;

    private final TestTree tree = new TestTree();
    private final TestPlatform platform = new TestPlatform(tree.memory);
    private final Exec exec = new Exec(platform, tree.pages, tree.mounts, null);
    private final long buffer = tree.slabs.allocate(8192, 8);
    private ExecRequest request;

    private void store(String path, byte[] contents) {
        tree.create(path, Stat.S_IFREG | 0755);
        FileHandle file = tree.open(path, OpenFlags.O_RDWR | OpenFlags.O_TRUNC);
        for (int done = 0; done < contents.length;) {
            int count = Math.min(32768, contents.length - done);
            tree.write(file, Arrays.copyOfRange(contents, done, done + count), done);
            done += count;
        }
        file.release();
    }

    private void store(String path, String text) {
        store(path, text.getBytes(StandardCharsets.UTF_8));
    }

    private int run(String path, String... arguments) {
        request = new ExecRequest();
        request.file.set(tree.place(path));
        request.strings = new ArgumentStrings(tree.pages, 8 << 20);
        for (String argument : arguments) {
            request.strings.addArgument(tree.secondName(argument));
        }
        request.strings.addEnvironment(tree.secondName("HOME=/"));
        long nameBytes = tree.slabs.allocate(256, 8);
        for (int i = 0; i < path.length(); i++) {
            Memory.putByte(nameBytes + i, (byte) path.charAt(i));
        }
        request.fileName.set(nameBytes, path.length());
        request.access = tree.user;
        request.caller = new Credentials();
        request.root = tree.root;
        request.directory = tree.root;
        int error = exec.load(request);
        request.clear();
        return error;
    }

    /** Loads a file and touches all that it mapped; whatever the file says, nothing else may happen than an errno. */
    void loadAnything(byte[] file) {
        store("/p", file);
        if (run("/p", "p") == 0) {
            UserSpace memory = request.memory;
            for (int i = 0; i < memory.mappingCount() && i < 64; i++) {
                memory.fault(memory.mapping(i).start(), 0);
                memory.fault(memory.mapping(i).end() - 1, 2);
            }
            memory.destroy();
        }
    }

    private int byteAt(long address) {
        assertEquals(0, request.memory.copyIn(address, buffer, 1), "at 0x" + Long.toHexString(address));
        return Memory.getByte(buffer);
    }

    private long wordAt(long address) {
        assertEquals(0, request.memory.copyIn(address, buffer, 8));
        return Memory.getLong(buffer);
    }

    private String textAt(long address) {
        long length = request.memory.copyString(address, buffer, 4096);
        byte[] bytes = new byte[(int) length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Memory.getByte(buffer + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<String> arguments() {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < wordAt(request.stackPointer); i++) {
            found.add(textAt(wordAt(request.stackPointer + 8 + 8L * i)));
        }
        return found;
    }

    private Map<Long, Long> auxiliary() {
        long at = request.stackPointer + 8 + 8 * (wordAt(request.stackPointer) + 1);
        while (wordAt(at) != 0) {
            at += 8;
        }
        Map<Long, Long> found = new HashMap<>();
        for (at += 8; wordAt(at) != 0; at += 16) {
            found.put(wordAt(at), wordAt(at + 8));
        }
        return found;
    }

    @Test
    void positionIndependentProgramIsLoadedWithItsBss() {
        store("/p", ElfImage.program().build());
        assertEquals(0, run("/p", "p"));
        long base = request.memory.programBase();
        assertEquals(base + 0x400, request.entry);
        assertEquals(1, byteAt(base + 200));
        assertEquals(2, byteAt(base + 4 * PAGE - 1));
        assertEquals(3, byteAt(base + 4 * PAGE + 99));
        for (long at = base + 4 * PAGE + 100; at < base + 7 * PAGE - 200; at += 99) {
            assertEquals(0, byteAt(at));
        }
        assertEquals(Fault.DENIED, request.memory.fault(base, 2));
        assertEquals(Fault.DENIED, request.memory.fault(base + 4 * PAGE, 16));
        assertEquals(Fault.UNMAPPED, request.memory.fault(base + 7 * PAGE, 0));
        assertTrue(request.memory.heap().start() >= base + 7 * PAGE);
        assertEquals(base, request.memory.program().start());
    }

    @Test
    void fixedProgramGoesWhereItWasLinked() {
        store("/p", new ElfImage(2, PAGE).load(R | X, 0, 0x40_0000, PAGE, PAGE).entry(0x40_0123).build());
        assertEquals(0, run("/p", "p"));
        assertEquals(0x40_0123, request.entry);
        assertEquals(1, byteAt(0x40_0fff));
        assertEquals(0x40_0000 + 64, auxiliary().get(3L));
    }

    @Test
    void stackHoldsWhatTheAbiSays() {
        store("/p", ElfImage.program().build());
        assertEquals(0, run("/p", "p", "", "zwei"));
        assertEquals(0, request.stackPointer % 16);
        assertEquals(List.of("p", "", "zwei"), arguments());
        long environment = request.stackPointer + 8 + 4 * 8;
        assertEquals("HOME=/", textAt(wordAt(environment)));
        assertEquals(0, wordAt(environment + 8));
        Map<Long, Long> auxiliary = auxiliary();
        long base = request.memory.programBase();
        assertEquals(4096, auxiliary.get(6L));
        assertEquals(base + 64, auxiliary.get(3L));
        assertEquals(56, auxiliary.get(4L));
        assertEquals(2, auxiliary.get(5L));
        assertEquals(0, auxiliary.get(7L));
        assertEquals(base + 0x400, auxiliary.get(9L));
        assertEquals("/p", textAt(auxiliary.get(31L)));
        assertEquals("x86_64", textAt(auxiliary.get(15L)));
        assertNotEquals(0, wordAt(auxiliary.get(25L)));
        assertNull(auxiliary.get(33L), "the test platform has no vDSO");
        assertEquals("p", textAt(request.memory.program().argumentsStart()));
        assertEquals("HOME=/", textAt(request.memory.program().environmentStart()));
    }

    @Test
    void interpreterIsLoadedBesideTheProgramAndRunsFirst() {
        store("/ld", new ElfImage(3, PAGE).load(R | X, 0, 0, PAGE, PAGE).entry(0x77).build());
        store("/p", ElfImage.program().interpreter("/ld").build());
        assertEquals(0, run("/p", "p"));
        Map<Long, Long> auxiliary = auxiliary();
        assertEquals(auxiliary.get(7L) + 0x77, request.entry);
        assertEquals(request.memory.programBase() + 0x400, auxiliary.get(9L));
        assertTrue(auxiliary.get(7L) > request.memory.programBase() + (1L << 40));
        assertEquals('E', byteAt(auxiliary.get(7L) + 1));
    }

    @Test
    void badInterpretersAreToldApart() {
        store("/p", ElfImage.program().interpreter("/ld").build());
        assertEquals(-ENOENT, run("/p", "p"));
        store("/ld", "not an ELF file, but longer than the sixty-four bytes that a header has at least");
        assertEquals(-ELIBBAD, run("/p", "p"));
        store("/q", ElfImage.program().header(3, R, 0, 0, 5000, 5000, 1).build());
        assertEquals(-ENOEXEC, run("/q", "q"));
        store("/r", ElfImage.program().header(3, R, -1, 0, 5, 5, 1).build());
        assertEquals(-ENOEXEC, run("/r", "r"));
    }

    @Test
    void whatIsNotAProgramIsRefused() {
        store("/empty", "");
        assertEquals(-ENOEXEC, run("/empty", "x"));
        store("/text", "hello\n");
        assertEquals(-ENOEXEC, run("/text", "x"));
        byte[] arm = ElfImage.program().build();
        arm[18] = (byte) 183;
        store("/arm", arm);
        assertEquals(-ENOEXEC, run("/arm", "x"));
        byte[] cut = Arrays.copyOf(ElfImage.program().build(), PAGE + 50);
        store("/cut", cut);
        assertEquals(-ENOEXEC, run("/cut", "x"));
        tree.file("/plain");
        tree.user.uid = 1000;
        assertEquals(-EACCES, run("/plain", "x"));
        tree.user.uid = 0;
        tree.directory("/dir");
        assertEquals(-EACCES, run("/dir", "x"));
    }

    @Test
    void lyingSegmentsAreRefused() {
        long[][] segments = {
            {0, 0x1000, 0x1001, 0x1000}, {1, 0x1000, 16, 16}, {-4096, 0x1000, 16, 16}, {0, 0x1000, -1, 16},
            {0, 0x1000, 16, -1}, {0, -4096, 16, 16}, {0, AddressSpace.USER_END, 16, 16}, {0, 0x1000, 16, 1L << 62},
            {0, AddressSpace.USER_END - 4096, 16, 16}, {0x7fff_ffff_ffff_f000L, 0x1000, 4096, 4096},
        };
        for (long[] s : segments) {
            store("/p", new ElfImage(3, PAGE * 2).load(R, s[0], s[1], s[2], s[3]).build());
            assertEquals(-ENOEXEC, run("/p", "p"), Arrays.toString(s));
        }
        store("/p", new ElfImage(3, PAGE).load(R, 0, PAGE, 9, 9).load(R, 0, 0, 9, 9).build());
        assertEquals(-ENOEXEC, run("/p", "p"), "segments that go down");
        store("/p", new ElfImage(2, PAGE).load(R, 0, 0, 9, 9).build());
        assertEquals(-ENOEXEC, run("/p", "p"), "a fixed program at page 0");
        store("/p", new ElfImage(3, PAGE).load(R | W | X, 0, 0, 9, 9).build());
        assertEquals(-EACCES, run("/p", "p"), "writable text");
    }

    @Test
    void scriptRunsItsInterpreterWithItsOwnName() {
        store("/sh", ElfImage.program().build());
        store("/script", "#! /sh  -e x \t\necho\n");
        assertEquals(0, run("/script", "script", "a", "b"));
        assertEquals(List.of("/sh", "-e x", "/script", "a", "b"), arguments());
        assertEquals("/script", textAt(auxiliary().get(31L)));
        store("/outer", "#!/script");
        assertEquals(0, run("/outer", "o"));
        assertEquals(List.of("/sh", "-e x", "/script", "/outer"), arguments());
    }

    @Test
    void badScriptsAreRefused() {
        store("/loop", "#!/loop\n");
        assertEquals(-ELOOP, run("/loop", "x"));
        store("/missing", "#!/nowhere\n");
        assertEquals(-ENOENT, run("/missing", "x"));
        store("/blank", "#! \t \n");
        assertEquals(-ENOEXEC, run("/blank", "x"));
        store("/long", "#!/" + "x".repeat(300) + "\n");
        assertEquals(-ENOEXEC, run("/long", "x"));
        tree.file("/plain");
        store("/denied", "#!/plain\n");
        tree.user.uid = 1000;
        assertEquals(-EACCES, run("/denied", "x"));
    }

    @Test
    void tooManyStringsAreRefused() {
        ArgumentStrings strings = new ArgumentStrings(tree.pages, 1 << 20);
        int error = 0;
        for (int i = 0; i < 100_000 && error == 0; i++) {
            error = strings.addArgument(tree.secondName("0123456789abcdef"));
        }
        assertEquals(-E2BIG, error);
        strings.free();
        ArgumentStrings one = new ArgumentStrings(tree.pages, -1);
        assertEquals(-E2BIG, one.addArgument(new Name(tree.pages.allocate(6), 131072)));
        one.free();
    }

    @Test
    void argumentsComeFromUserMemory() {
        UserSpace memory = UserSpace.create(platform, tree.pages, 8 << 20, true);
        long page = memory.map(0, 64 * PAGE, 3, 0x22, null, 0, false);
        Memory.fill(buffer, 4096, (byte) 'x');
        for (int i = 0; i < 10; i++) {
            memory.copyOut(buffer, page + PAGE + (long) i * PAGE, PAGE);
        }
        Memory.fill(buffer, 64, (byte) 0);
        memory.copyOut(buffer, page + 8 * PAGE, 8);
        Memory.putLong(buffer, page + PAGE);
        Memory.putLong(buffer + 8, page + 8 * PAGE - 3);
        memory.copyOut(buffer, page, 24);
        ArgumentStrings strings = new ArgumentStrings(tree.pages, 8 << 20);
        assertEquals(0, strings.addArguments(memory, page));
        assertEquals(2, strings.argumentCount());
        assertEquals(7 * PAGE + 1 + 4, strings.usedBytes());
        assertEquals(0, strings.addEnvironment(memory, 0));
        assertEquals(-EFAULT, strings.addEnvironment(memory, page + 64 * PAGE - 8 + 8));
        strings.free();
        memory.destroy();
    }

    /** Whatever is done to the bytes of a program: an errno, or a program; and all memory comes back. */
    @Test
    void damagedProgramsNeverPanic() {
        store("/ld", new ElfImage(3, PAGE).load(R | X, 0, 0, PAGE, PAGE).entry(0x77).build());
        Random random = new Random(42);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = ElfImage.program().interpreter("/ld").build();
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                int at = random.nextInt(64 + 3 * 56);
                bytes[at] = random.nextBoolean() ? (byte) random.nextInt()
                        : (byte) (bytes[at] ^ 1 << random.nextInt(8));
            }
            store("/p", random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            long free = tree.pages.freeBytes();
            int error = run("/p", "p");
            assertTrue(error <= 0 && error >= -4095);
            if (error == 0) {
                request.memory.destroy();
            }
            assertTrue(free - tree.pages.freeBytes() <= 2 * PAGE, "round " + round + " leaks");
        }
    }

    @Test
    void failureAtAnyFrameLeavesNothingBehind() {
        store("/p", ElfImage.program().build());
        assertEquals(0, run("/p", "p"));
        request.memory.destroy();
        List<Long> taken = new ArrayList<>();
        for (long frame = tree.pages.allocate(0); frame != Pages.NONE; frame = tree.pages.allocate(0)) {
            taken.add(frame);
        }
        int successes = 0;
        int failures = 0;
        while (successes < 5) {
            int spare = failures + successes;
            long free = tree.pages.freeBytes();
            request = null;
            int error = runSpare();
            assertTrue(error == 0 || error == -ENOMEM, "got " + error);
            if (error == 0) {
                successes++;
                request.memory.destroy();
            } else {
                failures++;
            }
            assertEquals(free, tree.pages.freeBytes(), "with " + spare + " frames");
            tree.pages.release(taken.removeLast());
        }
        assertTrue(failures > 0);
    }

    /** As run, but what it needs itself is allocated before frames are counted. */
    private int runSpare() {
        request = new ExecRequest();
        request.file.set(tree.place("/p"));
        request.strings = new ArgumentStrings(tree.pages, 8 << 20);
        int error = request.strings.addArgument(tree.secondName("p"));
        request.fileName.set(buffer, 1);
        request.access = tree.user;
        request.caller = new Credentials();
        request.root = tree.root;
        request.directory = tree.root;
        if (error == 0) {
            error = exec.load(request);
        }
        request.clear();
        return error;
    }
}

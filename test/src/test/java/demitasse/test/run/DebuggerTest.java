package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** gdb of Debian inside an instance, and a core dump for the host's. The program comes in by standard input. */
class DebuggerTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int NT_PRSTATUS = 1;
    private static final int NT_FILE = 0x46494c45;
    private static final int STATUS_SIGNAL = 12;
    private static final int STATUS_RSP = 112 + 19 * 8;
    private static final int SIGSEGV = 11;

    @TempDir
    static Path directory;

    private static Path program;
    private static String encoded;

    @BeforeAll
    static void compile() throws IOException {
        program = directory.resolve("debuggee");
        Commands.Result result = Commands.run(LIMIT, "", List.of("gcc", "-g", "-O0", "-static", "-no-pie", "-fno-pie",
                "-pthread", "-o", program.toString(),
                Commands.root().resolve("test/src/test/c/debuggee.c").toString()));
        assertEquals(0, result.status(), result.transcript());
        encoded = Base64.getMimeEncoder().encodeToString(Files.readAllBytes(program));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void gdbStopsStepsCallsAndExplains(String platform) {
        String gdb = """
                cd /tmp && busybox base64 -d > debuggee && busybox chmod +x debuggee
                gdb -nx -batch -ex 'break add' -ex run -ex bt -ex 'print p.x * 10 + p.y' -ex 'info threads' \\
                -ex delete -ex 'set var p.x = 38' -ex next -ex 'print counter' -ex 'print add(p)' -ex 'x/i crash' \\
                -ex stepi -ex continue -ex bt -ex 'print $_siginfo.si_signo' -ex 'thread apply 2 bt' ./debuggee 2>&1
                """;
        Commands.Result result = Commands.demi(LIMIT, encoded, List.of("run", "--platform", platform, "--memory",
                "512M", "deb:gdb,busybox-static,dash", "--", "sh", "-c", gdb));
        assertEquals(0, result.status(), result::transcript);
        for (String expected : List.of("hit Breakpoint 1, add", "in main ()", "$1 = 34", "* 1    Thread",
                "  2    Thread",
                "$2 = 42", "$3 = 42", "<crash>:", "sum 42", "received signal SIGSEGV", "crash (nowhere=0x0, depth=0)",
                "#2  0x", "depth=2", "$4 = 11", "Thread 2 (")) {
            assertTrue(result.output().contains(expected), () -> expected + " is missing in\n" + result.transcript());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void coreDumpTellsOfTheCrash(String platform) throws IOException {
        Path core = dump(platform);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(core)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x464c457f, bytes.getInt(0));
        assertEquals(4, bytes.getShort(16), "ET_CORE");
        List<ByteBuffer> threads = notes(bytes, NT_PRSTATUS);
        assertEquals(2, threads.size());
        assertEquals(SIGSEGV, threads.get(0).getShort(STATUS_SIGNAL));
        assertTrue(StandardCharsets.ISO_8859_1.decode(notes(bytes, NT_FILE).get(0)).toString()
                .contains("/tmp/debuggee\0"));
        for (ByteBuffer thread : threads) {
            assertTrue(holds(bytes, thread.getLong(STATUS_RSP)), "the stack is in the dump");
        }
    }

    @Test
    void gdbOfTheHostReadsACore() throws IOException {
        assumeTrue(Commands.run(LIMIT, "", List.of("sh", "-c", "command -v gdb")).status() == 0, "there is no gdb");
        Commands.Result result = Commands.run(LIMIT, "", List.of("gdb", "-nx", "-batch", "-ex", "bt", "-ex",
                "print counter", "-ex", "info threads", program.toString(), dump("linux").toString()));
        for (String expected : List.of("terminated with signal SIGSEGV", "#0  0x", "crash (nowhere=0x0, depth=0)",
                "#3  0x", "in main ()", "$1 = 7", "* 1    ", "  2    ")) {
            assertTrue(result.output().contains(expected), () -> expected + " is missing in\n" + result.transcript());
        }
    }

    private static Path dump(String platform) throws IOException {
        String crash = """
                cd /tmp && busybox base64 -d > debuggee && busybox chmod +x debuggee
                ulimit -c unlimited
                ./debuggee > /dev/null
                [ $? = 139 ] && busybox gzip -c core | busybox base64
                """;
        Commands.Result result = Commands.demi(LIMIT, encoded, List.of("run", "--platform", platform,
                "deb:busybox-static", "--", "busybox", "sh", "-c", crash));
        assertEquals(0, result.status(), result::transcript);
        byte[] packed = Base64.getMimeDecoder().decode(result.output());
        Path core = directory.resolve("core-" + platform);
        Files.write(core, new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes());
        return core;
    }

    /** The contents of all notes of a type. */
    private static List<ByteBuffer> notes(ByteBuffer core, int type) {
        List<ByteBuffer> found = new ArrayList<>();
        for (int segment = 0; segment < core.getShort(56); segment++) {
            int header = 64 + 56 * segment;
            int at = (int) core.getLong(header + 8);
            int end = core.getInt(header) == PT_NOTE ? at + (int) core.getLong(header + 32) : at;
            while (at < end) {
                int name = core.getInt(at) + 3 & -4;
                int length = core.getInt(at + 4);
                if (core.getInt(at + 8) == type) {
                    found.add(core.slice(at + 12 + name, length).order(ByteOrder.LITTLE_ENDIAN));
                }
                at += 12 + name + (length + 3 & -4);
            }
        }
        return found;
    }

    private static boolean holds(ByteBuffer core, long address) {
        boolean held = false;
        for (int segment = 0; segment < core.getShort(56); segment++) {
            int header = 64 + 56 * segment;
            long start = core.getLong(header + 16);
            held |= core.getInt(header) == PT_LOAD && address >= start && address < start + core.getLong(header + 32);
        }
        return held;
    }
}

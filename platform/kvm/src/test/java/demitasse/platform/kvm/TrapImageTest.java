package demitasse.platform.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What user code can make the machine do, on both machine types. */
@Tag("qemu")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TrapImageTest {
    private static final List<String> EXPECTED = List.of(
            "call 1", "number 110", "resumes at 7", "every register survives 12",
            "missing page 2", "  error 6", "  at 117440512",
            "own text 2", "  error 7", "  at 4194304",
            "own data 2", "  error 21", "  at 5242880",
            "kernel memory 2", "  error 5", "  at -2146435072",
            "null 2", "  error 4", "  at 0",
            "undefined 3", "  vector 6", "  at 0",
            "division 3", "  vector 0", "  at 2",
            "breakpoint 3", "  vector 3", "  at 1",
            "port 3", "  vector 13", "  at 0",
            "interrupt flag 3", "  vector 13", "  at 0",
            "wild jump 3", "  vector 13", "wild flags 3",
            "spin 4", "  in time 1", "  interrupts 1", "  taken 0",
            "vector 4369", "  fs base 20480", "  of the other 8738", "  fs base 24576",
            "  saved 8738", "  fs base 24576", "  edited 13107", "  fs base 28672",
            "direction 1024",
            "remapped 3", "denied 2", "allowed 3", "unmapped 2",
            "idle in time 1", "  interrupts 1",
            "writable text -13", "demitasse: exit 9");

    private static Path kernel;

    @BeforeAll
    static void compile() throws IOException {
        kernel = TestImages.compile("traps", TrapImage.class);
    }

    @Test
    void everyKindOfTrapReachesJavaOnMicrovm() throws IOException, InterruptedException {
        check(TestImages.MICROVM, 64);
    }

    @Test
    void everyKindOfTrapReachesJavaOnQ35() throws IOException, InterruptedException {
        check(TestImages.Q35, 64);
    }

    @Test
    void sixMebibytesAreEnough() throws IOException, InterruptedException {
        check(TestImages.MICROVM, 6);
    }

    @Test
    void tooLittleMemoryIsASentence() throws IOException, InterruptedException {
        assertEquals(List.of("demitasse: there is too little memory for the kernel and the root file system",
                "demitasse: exit 125"), TestImages.boot(kernel, TestImages.MICROVM, 2, "no options"));
    }

    private static void check(List<String> machine, int memoryMib) throws IOException, InterruptedException {
        List<String> lines = TestImages.boot(kernel, machine, memoryMib, "no options");
        lines.stream().filter(line -> line.contains("nanoseconds")).forEach(System.out::println);
        assertEquals(String.join("\n", EXPECTED),
                String.join("\n", lines.stream().filter(line -> !line.contains("nanoseconds")).toList()));
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Language runtimes from Debian with their threads and just-in-time compilers. */
class RuntimesTest {
    private static final Duration LIMIT = Duration.ofSeconds(600);
    private static final String JAVA = "/usr/lib/jvm/java-17-openjdk-amd64/bin/java";
    private static final String JAVA_SOURCE = """
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.stream.*;

            public class Main {
                public static void main(String[] arguments) throws Exception {
                    ExecutorService pool = Executors.newFixedThreadPool(4);
                    List<Future<Integer>> parts = new ArrayList<>();
                    for (int i = 1; i <= 8; i++) {
                        int step = i;
                        parts.add(pool.submit(() -> {
                            Map<Integer, String> garbage = new HashMap<>();
                            for (int j = 0; j < 20_000; j++) {
                                garbage.put(j % 1000, "x" + j * step);
                            }
                            return garbage.size() + step;
                        }));
                    }
                    int sum = 0;
                    for (Future<Integer> part : parts) {
                        sum += part.get();
                    }
                    pool.shutdown();
                    System.out.println(sum + " " + LongStream.range(0, 100_000).parallel().sum());
                }
            }
            """;
    /** Only the shell's own commands: it need not start a process. */
    private static final String SAVE_AND_RUN =
            "while IFS= read -r l; do echo \"$l\"; done > /tmp/Main.java; exec " + JAVA + " -Xmx128m ";

    private record Runtime(String name, String source, String input, String output, List<String> command) {
        static Runtime of(String name, String source, String output, String... command) {
            return new Runtime(name, source, "", output, List.of(command));
        }

        Runtime typing(String text) {
            return new Runtime(name, source, text, output, command);
        }
    }

    private static final List<Runtime> RUNTIMES = List.of(
            java("SerialGC"),
            java("G1GC"),
            Runtime.of("node with workers", "deb:nodejs", "sum 4999999\n", "node", "-e", """
                    const {Worker} = require("worker_threads");
                    const code = `const {parentPort, workerData} = require("worker_threads");
                        let t = 0; for (let i = 0; i < 1e6; i++) t += i % workerData; parentPort.postMessage(t)`;
                    let ended = 0, sum = 0;
                    for (let i = 0; i < 4; i++) {
                        const w = new Worker(code, {eval: true, workerData: i + 2});
                        w.on("message", m => sum += m);
                        w.on("exit", () => { if (++ended == 4) console.log("sum", sum); });
                    }"""),
            Runtime.of("ruby with threads", "deb:ruby", "3003000\n",
                    "ruby", "-e", "p 4.times.map { |i| Thread.new { (1..1000).sum * i } }.map(&:value).sum"),
            Runtime.of("php with expressions", "deb:php-cli", "5050 1\n",
                    "/usr/bin/php8.2", "-r",
                    "echo array_sum(range(1, 100)), ' ', preg_match('/a+b/', 'xaab'), \"\\n\";"),
            Runtime.of("perl with threads", "deb:perl", "30\n", "perl", "-Mthreads", "-e",
                    "my $s = 0; $s += $_->join for map { my $n = $_; threads->create(sub { $n * $n }) } 1 .. 4;"
                            + " print \"$s\\n\";"),
            Runtime.of("python3 with threads", "deb:python3", "[0, 1, 4, 9]\n", "python3", "-c",
                    "from concurrent.futures import ThreadPoolExecutor as P\n"
                            + "with P(4) as p: print(list(p.map(lambda x: x * x, range(4))))"));

    private static Runtime java(String collector) {
        return Runtime.of("java with " + collector, "deb:openjdk-17-jdk-headless,busybox-static", "8036 4999950000\n",
                "busybox", "sh", "-c", SAVE_AND_RUN + "-XX:+Use" + collector + " /tmp/Main.java").typing(JAVA_SOURCE);
    }

    @TestFactory
    Stream<DynamicNode> runtimes() {
        return RUNTIMES.stream().map(runtime -> dynamicContainer(runtime.name(), Stream.of("linux", "kvm")
                .map(platform -> dynamicTest("on " + platform, () -> check(platform, runtime)))));
    }

    private static void check(String platform, Runtime runtime) {
        Commands.Result result = Commands.demi(LIMIT, runtime.input(),
                arguments(platform, runtime.source(), List.of("--allow", "jit"), runtime.command()));
        assertEquals("0\n" + runtime.output(), result.status() + "\n" + result.output(), result::transcript);
    }

    private static List<String> arguments(String platform, String source, List<String> options, List<String> command) {
        List<String> arguments = new ArrayList<>(List.of("run", "--platform", platform, "--memory", "1536M"));
        arguments.addAll(options);
        arguments.addAll(List.of(source, "--"));
        arguments.addAll(command);
        return arguments;
    }

    /** Without --allow jit the compiler does not start, and one sentence says what to do. */
    @Test
    void aCompilerThatIsNotAllowedIsTold() {
        Commands.Result result =
                Commands.demi(LIMIT, "", arguments("linux", "deb:nodejs", List.of(), List.of("node", "-e", "1")));
        assertTrue(result.status() != 0, result::transcript);
        assertTrue(result.errors().contains("demi run --allow jit"), result::transcript);
    }
}

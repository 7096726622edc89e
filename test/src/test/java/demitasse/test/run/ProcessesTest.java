package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Shells and interpreters that start processes: pipelines, subshells, background jobs, multiprocessing. */
class ProcessesTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private static final String PIPELINES = """
            echo one two three | tr ' ' '\\n' | sort | head -2
            x=$(seq 1 100 | wc -l); echo $x
            (cd /tmp; pwd; exit 3) || echo "status $?"
            cat <<HERE
            doc $x $(echo nested $(echo twice))
            HERE
            for i in 1 2 3; do (echo "job $i" > /tmp/j$i) & done; wait
            cat /tmp/j1 /tmp/j2 /tmp/j3
            """;
    private static final String PIPELINES_OUTPUT = """
            one
            three
            100
            /tmp
            status 3
            doc 100 nested twice
            job 1
            job 2
            job 3
            """;
    private static final String SUBSTITUTIONS = """
            while read line; do echo "got $line"; done < <(printf 'x\\ny\\n')
            trap 'echo trapped' USR1; (kill -USR1 $$) & wait $!; wait; true
            sleep 100 & kill %1; wait $! || echo $?
            """;
    private static final String PYTHON = """
            import multiprocessing as mp, subprocess, os
            def square(x): return x * x
            mp.set_start_method('fork')
            with mp.Pool(3) as pool: print(sum(pool.map(square, range(200))))
            queue = mp.Queue()
            children = [mp.Process(target=lambda i: queue.put(i * 10), args=(i,)) for i in range(4)]
            [child.start() for child in children]
            print(sorted(queue.get() for _ in children))
            [child.join() for child in children]
            done = subprocess.run(['sh', '-c', 'echo sub; exit 4'], capture_output=True)
            print(done.returncode, done.stdout)
            r, w = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.write(w, b'child')
                os._exit(5)
            print(os.read(r, 10), os.waitpid(pid, 0)[1] >> 8)
            """;

    private record Script(String name, String source, List<String> command, String output) {
    }

    private static final List<Script> SCRIPTS = List.of(
            new Script("bash pipelines", "deb:bash,coreutils", List.of("bash", "-c", PIPELINES), PIPELINES_OUTPUT),
            new Script("dash pipelines", "deb:dash,coreutils", List.of("dash", "-c", PIPELINES), PIPELINES_OUTPUT),
            new Script("bash substitutes and traps", "deb:bash,coreutils", List.of("bash", "-c", SUBSTITUTIONS),
                    "got x\ngot y\ntrapped\n143\n"),
            new Script("python3 multiprocessing and subprocess", "deb:python3,dash",
                    List.of("python3", "-c", PYTHON), "2646700\n[0, 10, 20, 30]\n4 b'sub\\n'\nb'child' 5\n"));

    @TestFactory
    Stream<DynamicNode> scripts() {
        return SCRIPTS.stream().flatMap(script -> Stream.of("linux", "kvm").map(platform ->
                dynamicTest(script.name() + " on " + platform, () -> check(platform, script))));
    }

    private static void check(String platform, Script script) {
        List<String> arguments = new ArrayList<>(List.of("run", "--platform", platform, script.source(), "--"));
        arguments.addAll(script.command());
        Commands.Result result = Commands.demi(LIMIT, "", arguments);
        assertEquals("0\n" + script.output(), result.status() + "\n" + result.output(), result::transcript);
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** CPython's own tests, as Debian packages them, inside an instance. */
class PythonSuiteTest {
    private static final Duration LIMIT = Duration.ofSeconds(300);
    private static final List<String> SUITES = List.of("test_json", "test_re", "test_struct", "test_zlib");

    @TestFactory
    Stream<DynamicNode> suites() {
        return SUITES.stream().flatMap(suite -> Stream.of("linux", "kvm").map(platform ->
                dynamicTest(suite + " on " + platform, () -> check(platform, suite))));
    }

    private static void check(String platform, String suite) {
        List<String> arguments = new ArrayList<>(List.of("run", "--platform", platform, "--memory", "512M", "-w",
                "/tmp",
                "deb:python3,libpython3.11-testsuite", "--", "python3", "-m", "test", suite));
        Commands.Result result = Commands.demi(LIMIT, "", arguments);
        assertEquals(0, result.status(), result::transcript);
        assertTrue(result.output().contains("1 test OK."), result::transcript);
    }
}

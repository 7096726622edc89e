package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The quick ones of {@code test/apps/serve}, whose clients {@code ./verify} installs; what else {@link TapNetworkTest}
 * serves, and what takes long, is left out.
 */
class ServedTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @ParameterizedTest
    @CsvSource({"linux, dns ping python", "kvm, ping"})
    void clientsOfTheHostGetWhatTheyAskFor(String platform, String names) {
        TapNamespace.require();
        List<String> command = Stream.concat(
                Stream.of(Commands.root().resolve("test/apps/serve").toString(), "--platform", platform),
                Stream.of(names.split(" "))).toList();
        Commands.Result result = Commands.run(LIMIT, "", command);
        assertEquals(0, result.status(), result::transcript);
    }
}

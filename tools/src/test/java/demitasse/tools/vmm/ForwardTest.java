package demitasse.tools.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.DemiException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardTest {
    @Test
    void portsAddressesAndProtocolsAreUnderstood() {
        assertEquals(new Forward("", 8080, 80, false), Forward.parse("8080:80"));
        assertEquals(new Forward("127.0.0.1", 53, 5353, true), Forward.parse("127.0.0.1:53:5353/udp"));
        assertEquals(new Forward("::1", 1, 65535, false), Forward.parse("[::1]:1:65535/tcp"));
    }

    @Test
    void nonsenseGetsASentence() {
        for (String text : List.of("", "80", "a:b", "80:", ":80", "0:80", "80:65536", "80:80/sctp", "1:2:3:x")) {
            DemiException refused = assertThrows(DemiException.class, () -> Forward.parse(text), text);
            assertTrue(refused.getMessage().contains("[ADDRESS:]HOST:GUEST[/udp]"), refused.getMessage());
        }
    }

    @Test
    void passtHearsOfEachPort() {
        List<String> command = Passt.commandLine(Path.of("/usr/bin/passt"), Path.of("/tmp/x/socket"),
                List.of(Forward.parse("127.0.0.1:8080:80"), Forward.parse("53:53/udp")));
        String line = String.join(" ", command);
        assertTrue(line.contains("-t 127.0.0.1/8080:80 -u 53:53"), line);
    }
}

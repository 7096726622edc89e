package demitasse.tools.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerialOutputTest {
    @ParameterizedTest
    @CsvSource({"'hello\ndemitasse: exit 7\n', 'hello\n', 7", "'demitasse: exit 255\r\n', '', 255",
        "'demitasse: exit\n', 'demitasse: exit\n', -1", "'demitasse: exit 1234\n', 'demitasse: exit 1234\n', -1",
        "'demitasse: panic\n', 'demitasse: panic\n', -1", "'x demitasse: exit 3\n', 'x demitasse: exit 3\n', -1",
        "'no end', 'no end', -1", "'demi', 'demi', -1", "'\n\n', '\n\n', -1"})
    void onlyTheKernelsLastWordIsTakenOut(String given, String passedOn, int status) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        SerialOutput serial = new SerialOutput(target);
        serial.copy(new ByteArrayInputStream(given.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(passedOn, target.toString(StandardCharsets.US_ASCII));
        assertEquals(status, serial.exitStatus());
    }

    @Test
    void everyByteValueIsPassedOn() throws IOException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        new SerialOutput(target).copy(new ByteArrayInputStream(all));
        assertEquals(256, target.size());
    }
}

package demitasse.tools.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerialOutputTest {
    private static final Path KERNEL = Path.of("no/such/kernel.elf");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"'hello\ndemitasse: exit 7\n', 'hello\n', 7", "'demitasse: exit 255\r\n', '', 255",
        "'demitasse: exit\n', 'demitasse: exit\n', -1", "'demitasse: exit 1234\n', 'demitasse: exit 1234\n', -1",
        "'demitasse: panic\n', 'demitasse: panic\n', -1", "'x demitasse: exit 3\n', 'x demitasse: exit 3\n', -1",
        "'no end', 'no end', -1", "'demi', 'demi', -1", "'\n\n', '\n\n', -1"})
    void onlyTheKernelsLastWordIsTakenOut(String given, String passedOn, int status) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        SerialOutput serial = new SerialOutput(target, KERNEL);
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
        new SerialOutput(target, KERNEL).copy(new ByteArrayInputStream(all));
        assertEquals(256, target.size());
    }

    @Test
    void addressesOfAPanicGetTheirJavaLines() throws IOException {
        assertEquals("#0 0x0000000080001010\ndemitasse panic: why\r\n#0 at 0x0000000080001010 C.c (C.java:3)\r\n"
                + "   in B.b (B.java:2)\r\n#1 0x0000000080001010 A.a (A.java:1)\n#2 0x0000000000000001\nend",
                explained("#0 0x0000000080001010\ndemitasse panic: why\r\n#0 at 0x0000000080001010\r\n"
                        + "#1 0x0000000080001010\n#2 0x0000000000000001\nend", table()));
    }

    @Test
    void tableThatIsCutShortIsNotUsed() throws IOException {
        String text = "demitasse panic: why\n#0 at 0x0000000080001010\n";
        assertEquals(text, explained(text, Arrays.copyOf(table(), table().length - 1)));
        assertEquals(text, explained(text, new byte[3]));
    }

    private String explained(String text, byte[] table) throws IOException {
        Files.write(directory.resolve("kernel.elf.lines"), table);
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        new SerialOutput(target, directory.resolve("kernel.elf"))
                .copy(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
        return target.toString(StandardCharsets.US_ASCII);
    }

    /** A.a from 0x80001000, C.c inlined in B.b from 0x80001010. */
    private static byte[] table() {
        byte[] texts = "A.a (A.java:1)\0B.b (B.java:2)\0C.c (C.java:3)\0".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(32 + 16 + 24 + texts.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("DEMILINE".getBytes(StandardCharsets.US_ASCII)).putLong(0x8000_1000L);
        bytes.putInt(2).putInt(3).putInt(texts.length).putInt(0);
        bytes.putInt(0).putInt(0x10).putInt(0).putInt(2);
        bytes.putInt(0).putInt(-1).putInt(15).putInt(-1).putInt(30).putInt(1);
        return bytes.put(texts).array();
    }
}

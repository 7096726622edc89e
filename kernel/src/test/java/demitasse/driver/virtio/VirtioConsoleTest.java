package demitasse.driver.virtio;

import static demitasse.base.error.Errno.EAGAIN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtioConsoleTest {
    private static final int PORT_ADD = 1;
    private static final int PORT_READY = 3;
    private static final int PORT_OPEN = 6;
    private static final int BUFFER_BYTES = 64;
    private static final int[] BUFFERS = {4, 2};
    private static final long TEXT = HostMemory.BASE + 0x8_0000;

    private ModelDevice device;
    private VirtioConsole console;

    @BeforeEach
    void memory() {
        HostMemory.install(1 << 20);
    }

    @Test
    void withoutMultiportThereIsOnePort() {
        ModelDevice device = new ModelDevice(ModelDevice.VERSION_1, 0);
        VirtioConsole console = new VirtioConsole(device, device, BUFFERS, BUFFER_BYTES);
        assertTrue(device.started);
        assertEquals(5, console.port(0).write(put("hello"), 5));
        assertEquals("hello", device.output.get(1).toString());
        assertNull(console.port(1));
    }

    @Test
    void portsThatTheHostAnnouncesAreOpened() {
        ModelDevice device = multiport();
        VirtioConsole console = new VirtioConsole(device, device, BUFFERS, BUFFER_BYTES);
        assertNull(console.port(0));
        device.control(1, PORT_ADD, 1);
        console.poll();
        assertNotNull(console.port(1));
        assertNull(console.port(0));
        assertArrayEquals(new int[] {1, PORT_READY, 1}, device.controlMessages.get(1));
        assertArrayEquals(new int[] {1, PORT_OPEN, 1}, device.controlMessages.get(2));
        assertEquals(1, device.acknowledged);
    }

    @Test
    void aLongWriteTakesAllBuffersAndOneBell() {
        ConsolePort port = open();
        byte[] text = new byte[4 * BUFFER_BYTES];
        new Random(1).nextBytes(text);
        assertEquals(text.length, port.write(put(text), text.length));
        assertEquals(new String(text, StandardCharsets.ISO_8859_1).length(), device.output.get(1).length());
    }

    @Test
    void aFullQueueAsksForAnInterruptAndAnswersEagain() {
        ConsolePort port = open();
        device.stalled = true;
        assertEquals(4 * BUFFER_BYTES, port.write(put("x".repeat(500)), 500));
        assertFalse(device.wantsInterrupt(1));
        assertEquals(-EAGAIN, port.write(TEXT, 1));
        assertTrue(device.wantsInterrupt(1));
        assertTrue(port.isSending());
        device.drain(1);
        assertFalse(port.isSending());
        assertEquals(1, port.write(TEXT, 1));
        assertFalse(device.wantsInterrupt(1));
    }

    @Test
    void inputIsReadInPiecesAndItsBuffersGoBack() {
        ConsolePort port = open();
        assertEquals(-EAGAIN, port.read(TEXT, 10));
        for (int round = 0; round < 20; round++) {
            assertTrue(device.receive(0, "abcdef".getBytes(StandardCharsets.US_ASCII), 6));
            assertTrue(device.receive(0, "gh".getBytes(StandardCharsets.US_ASCII), 2));
            assertEquals(4, port.read(TEXT, 4));
            assertEquals("abcd", text(4));
            assertEquals(4, port.read(TEXT, 10));
            assertEquals("efgh", text(4));
            assertEquals(-EAGAIN, port.read(TEXT, 10));
        }
    }

    @Test
    void aClosedHostEndIsTheEndOfInputOnceAllIsRead() {
        ConsolePort port = open();
        device.receive(0, "ab".getBytes(StandardCharsets.US_ASCII), 2);
        device.control(0, PORT_OPEN, 0);
        console.poll();
        assertEquals(2, port.read(TEXT, 10));
        assertEquals(0, port.read(TEXT, 10));
        device.control(0, PORT_OPEN, 1);
        console.poll();
        assertEquals(-EAGAIN, port.read(TEXT, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aLyingDeviceDoesNotLeadTheDriverOutOfItsBuffers(int lie) {
        ConsolePort port = open();
        device.giveNonsense(0, lie, lie);
        int length = port.read(TEXT, 4096);
        assertTrue(length <= BUFFER_BYTES, () -> "read " + length);
        device.control(lie, PORT_ADD, 1);
        console.poll();
        device.giveNonsense(ModelDevice.CONTROL_RECEIVE, lie, lie);
        console.poll();
        device.giveNonsense(1, lie, lie);
        assertEquals(1, port.write(TEXT, 1));
    }

    private ConsolePort open() {
        device = multiport();
        console = new VirtioConsole(device, device, BUFFERS, BUFFER_BYTES);
        device.control(0, PORT_ADD, 1);
        console.poll();
        return console.port(0);
    }

    private static ModelDevice multiport() {
        return new ModelDevice(ModelDevice.VERSION_1 | ModelDevice.MULTIPORT, 0, 4);
    }

    private static long put(String text) {
        return put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static long put(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            Memory.putByte(TEXT + i, text[i]);
        }
        return TEXT;
    }

    private static String text(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) Memory.getByte(TEXT + i));
        }
        return text.toString();
    }
}

package demitasse.tools.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.DemiException;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TapDeviceTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "sixteen-letters!", ".", "..", "a b", "a:b"})
    void whatIsNoNameIsRefused(String name) {
        assertThrows(DemiException.class, () -> new TapDevice(name));
    }

    @ParameterizedTest
    @CsvSource({"1, ip tuntap add", "2, modprobe tun", "13, chmod", "16, in use", "22, not a tap device", "5, error 5"})
    void refusalSaysWhatToDo(int error, String part) {
        String sentence = new TapDevice("tap7").refusal(error);
        assertTrue(sentence.contains(part), sentence);
    }

    @Test
    void deviceThatIsMissingIsNamed() {
        DemiException thrown = assertThrows(DemiException.class, () -> new TapDevice("demi-none").requireUsable());
        assertTrue(thrown.getMessage().startsWith("there is no tap device 'demi-none'; root may make one by: "),
                thrown.getMessage());
    }

    @Test
    void addressStaysAndIsLocalAndOfOneDevice() throws IOException {
        String mac = new TapDevice("tap0").mac();
        assertTrue(mac.matches("[0-9a-f][26ae](:[0-9a-f]{2}){5}"), mac);
        assertEquals(mac, new TapDevice("tap0").mac());
        assertNotEquals(mac, new TapDevice("tap1").mac());
    }
}

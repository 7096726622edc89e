package demitasse.boot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.testing.TestMemory;
import demitasse.vfs.Name;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What Java says of the same addresses. */
class AddressTextTest {
    private static final TestMemory MEMORY = new TestMemory(1 << 20);
    private static final int TEXT_BYTES_MAX = 100;

    private static AddressText of(String text) {
        long address = MEMORY.regionAddress(0);
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(address + i, (byte) text.charAt(i));
        }
        return new AddressText(new Name(address, text.length()));
    }

    private static String written(long high, long low) {
        Text out = new Text().set(MEMORY.regionAddress(0), TEXT_BYTES_MAX);
        AddressText.write(out, high, low);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < out.length(); i++) {
            text.append((char) Memory.getByte(out.address() + i));
        }
        return text.toString();
    }

    /** With zeros in places, where two colons may stand. */
    @Property
    void whatIsWrittenIsReadBackHereAndByJava(@ForAll @Size(16) byte[] bytes, @ForAll @IntRange(max = 255) int zeros)
            throws UnknownHostException {
        for (int i = 0; i < 16; i++) {
            bytes[i] = (zeros >> i / 2 & 1) != 0 ? 0 : bytes[i];
        }
        long high = ByteBuffer.wrap(bytes).getLong(0);
        long low = ByteBuffer.wrap(bytes).getLong(8);
        for (String text : List.of(written(high, low), InetAddress.getByAddress(bytes).getHostAddress())) {
            byte[] asJava = InetAddress.ofLiteral(text).getAddress();
            assertArrayEquals(asJava.length == 4 ? java.util.Arrays.copyOfRange(bytes, 12, 16) : bytes, asJava);
            AddressText read = of(text);
            assertTrue(text.indexOf(':') < 0 ? read.ipv4() : read.ipv6(), text);
            assertTrue(read.atEnd() && read.high == high && read.low == low, text);
        }
    }

    @Test
    void longestRowOfZerosIsTwoColons() {
        assertEquals("::", written(0, 0));
        assertEquals("::1", written(0, 1));
        assertEquals("fe80::", written(0xfe80L << 48, 0));
        assertEquals("2001:db8:0:1::5", written(0x2001_0db8_0000_0001L, 5));
        assertEquals("1:0:2::3", written(0x0001_0000_0002_0000L, 3));
        assertEquals("1:2:3:4:5:6:0:8", written(0x0001_0002_0003_0004L, 0x0005_0006_0000_0008L));
        assertEquals("10.0.2.15", written(0, 0xffff_0a00_020fL));
    }

    @Test
    void nonsenseIsNone() {
        for (String text : List.of("", ":", ":1", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
                "1:2:3:4::5:6:7:8", "12345::", "g::", "1::2:", "1:2:3:4:5:6:7:", ":::")) {
            AddressText read = of(text);
            assertFalse(read.ipv6() && read.atEnd(), text);
        }
    }
}

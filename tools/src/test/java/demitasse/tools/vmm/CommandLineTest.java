package demitasse.tools.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Host command lines against golden files, one word a line; {@code -Dgolden.update=true} writes them anew.
 */
class CommandLineTest {
    private static final Path GOLDEN = Path.of("src/test/resources/demitasse/tools/vmm");
    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;

    @Test
    void linuxProcess() throws IOException {
        golden("linux-plain", new LinuxProcess(), Specs.plain());
        golden("linux-everything", new LinuxProcess(), Specs.everything());
    }

    @Test
    void qemuMicrovm() throws IOException {
        golden("microvm-tcg", qemu(Qemu.Machine.MICROVM, false), Specs.plain());
        golden("microvm-kvm", qemu(Qemu.Machine.MICROVM, true), Specs.everything());
    }

    @Test
    void qemuQ35() throws IOException {
        golden("q35-tcg", qemu(Qemu.Machine.Q35, false), Specs.plain());
    }

    @Test
    void instancesWithANetwork() throws IOException {
        golden("linux-net", new LinuxProcess(), Specs.networked());
        golden("microvm-net", qemu(Qemu.Machine.MICROVM, false), Specs.networked());
        golden("q35-net", qemu(Qemu.Machine.Q35, false), Specs.networked());
    }

    @Test
    void instancesAtATapDevice() throws IOException {
        golden("linux-tap", new LinuxProcess(), Specs.tapped());
        golden("linux-dhcp", new LinuxProcess(), Specs.leased());
        golden("microvm-tap", qemu(Qemu.Machine.MICROVM, false), Specs.tapped());
        golden("q35-dhcp", qemu(Qemu.Machine.Q35, false), Specs.leased());
    }

    @Test
    void tooLongACommandLineIsASentence() {
        KernelCommandLine line = new KernelCommandLine().add("arg", "x".repeat(131_072));
        assertThrows(DemiException.class, line::finish);
    }

    @Property
    void everyValueComesBackFromItsEscapes(@ForAll String value) {
        String line = new KernelCommandLine().add("key", value).finish();
        assertEquals(new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8),
                unescaped(line.substring("key=".length())));
        assertEquals(-1, line.indexOf(' '));
    }

    private static Qemu qemu(Qemu.Machine machine, boolean accelerated) {
        return new Qemu(machine, new QemuHost(Path.of("/usr/bin/qemu-system-x86_64"), accelerated), EPOCH_NS);
    }

    private static void golden(String name, Vmm vmm, InstanceSpec spec) throws IOException {
        List<String> actual = vmm.commandLine(spec);
        if (Boolean.getBoolean("golden.update")) {
            Files.write(GOLDEN.resolve(name + ".txt"), actual);
        }
        assertEquals(Files.readString(GOLDEN.resolve(name + ".txt")), String.join("\n", actual) + "\n", name);
    }

    private static String unescaped(String value) {
        byte[] bytes = new byte[value.length()];
        int count = 0;
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) == '%') {
                bytes[count++] = (byte) Integer.parseInt(value, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[count++] = (byte) value.charAt(i);
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }
}

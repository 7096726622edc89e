package demitasse.tools.vmm;

import demitasse.tools.source.Accounts;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Instance specifications for golden tests. */
final class Specs {
    private Specs() {
    }

    static InstanceSpec plain() {
        return new InstanceSpec(Path.of("/demi/kernel.elf"), Path.of("/cache/image.erofs"), 64 << 20,
                List.of("/bin/sh", "-c", "echo 'a b' %"), List.of("PATH=/bin", "E="), "/work",
                new Accounts.Identity(0, 0, List.of(), "/root"), "demi", List.of(), Optional.empty(), List.of(), 0,
                false, false,
                Optional.empty(), false);
    }

    static InstanceSpec networked() {
        return plain().with(new Network(new Network.Stream(Path.of("/tmp/net/socket")),
                new Addresses("10.0.2.15/24", "10.0.2.2", "", ""), List.of("10.0.2.3"), "", Optional.empty()));
    }

    static InstanceSpec tapped() {
        return plain().with(new Network(new Network.Tap("tap0", 9000),
                new Addresses("192.168.1.5/24", "192.168.1.1", "fd00::5/64", "fe80::1"),
                List.of("192.168.1.1", "9.9.9.9"), "02:00:00:00:00:01", Optional.of(Path.of("/tmp/a b,c.pcap"))));
    }

    static InstanceSpec leased() {
        return plain().with(new Network(new Network.Tap("tap0", 1500), new Addresses("dhcp", "", "", ""),
                List.of(), "", Optional.empty()));
    }

    static InstanceSpec everything() {
        return new InstanceSpec(Path.of("/demi/kernel.elf"), Path.of("/cache/image.erofs"), 9_000_000,
                List.of("\u00e9"), List.of(), "/", new Accounts.Identity(-2, 5, List.of(10, 20), "/"), "demi",
                List.of(0, 2), Optional.of(new InstanceSpec.WindowSize(24, 80)),
                List.of("/tmp:size=1m"), 30, true, true,
                Optional.of(Path.of("/tmp/trace")), true).withKernelWords(List.of("panic=a b"));
    }
}

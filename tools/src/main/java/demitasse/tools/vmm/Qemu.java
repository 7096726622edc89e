package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A QEMU virtual machine that boots the kernel by PVH. */
public final class Qemu implements Vmm {
    /** QEMU's machine types that the kernel knows. */
    public enum Machine { MICROVM, Q35 }

    private static final long MIB = 1 << 20;
    private static final long KIB = 1 << 10;
    private static final int PORTS_MAX = 5;

    private final Machine machine;
    private final QemuHost host;
    private final long epochNs;

    Qemu(Machine machine, QemuHost host, long epochNs) {
        this.machine = machine;
        this.host = host;
        this.epochNs = epochNs;
    }

    public static Qemu find(Machine machine, Map<String, String> environment) throws IOException {
        long epochNs = Math.multiplyExact(System.currentTimeMillis(), 1_000_000L);
        return new Qemu(machine, QemuHost.find(environment.getOrDefault("PATH", "/usr/bin:/bin")), epochNs);
    }

    @Override
    public String name() {
        return "kvm";
    }

    /** The sockets are named relative to QEMU's working directory, which {@link #launch} makes private. */
    @Override
    public List<String> commandLine(InstanceSpec spec) {
        List<String> command = new ArrayList<>(List.of(host.program().toString()));
        command.addAll(List.of("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"));
        command.addAll(switch (machine) {
            case MICROVM -> List.of("-M", "microvm,acpi=off,pic=off,pit=off,rtc=off,isa-serial=on",
                    "-global", "virtio-mmio.force-legacy=false");
            case Q35 -> List.of("-M", "q35");
        });
        command.addAll(host.accelerated() ? List.of("-accel", "kvm", "-cpu", "host")
                : List.of("-accel", "tcg", "-cpu", "max"));
        command.addAll(List.of("-m", memory(spec.memoryBytes())));
        command.addAll(List.of("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"));
        addStreams(command);
        spec.network().ifPresent(network -> addNetwork(command, network));
        String line = KernelCommandLine.of(spec).add("epoch", Long.toString(epochNs)).finish();
        command.addAll(List.of("-kernel", spec.kernel().toString(), "-initrd", spec.image().toString(),
                "-append", line));
        return command;
    }

    @Override
    public void check(InstanceSpec spec) {
        try {
            long neededBytes = Files.size(spec.image()) + Files.size(spec.kernel());
            if (spec.memoryBytes() < neededBytes) {
                throw new DemiException("the memory of " + memory(spec.memoryBytes()) + " is too small: kernel and root"
                        + " file system alone are " + memory(neededBytes / MIB * MIB + MIB));
            }
        } catch (IOException e) {
            throw new DemiException("the kernel " + spec.kernel() + " or the image is not there or cannot be read", e);
        }
    }

    @Override
    public int launch(InstanceSpec spec) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("demi-");
        try (QemuPorts ports = new QemuPorts(directory, spec)) {
            ports.listen();
            Signals.forward(ports::signal);
            run(directory, ports, spec);
            if (ports.exitStatus() >= 0) {
                return ports.exitStatus();
            }
            String said = ports.firstLineOfQemu();
            throw new DemiException("the virtual machine ended without saying how the program did"
                    + (said.isEmpty() ? "" : "; " + said));
        }
    }

    /** The terminal is raw before the program can write to it: what it writes is a terminal's already. */
    private void run(Path directory, QemuPorts ports, InstanceSpec spec) throws IOException, InterruptedException {
        try (Terminal.Raw _ = spec.inputIsTerminal() ? Terminal.makeRaw() : null) {
            Process qemu = new ProcessBuilder(detached(commandLine(spec))).directory(directory.toFile())
                    .redirectErrorStream(true).redirectOutput(ports.qemuLog().toFile()).start();
            Thread killer = new Thread(qemu::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(killer);
            qemu.waitFor();
            ports.drain();
            Runtime.getRuntime().removeShutdownHook(killer);
        }
    }

    /**
     * In a session of its own: a Ctrl-C that the terminal sends to all of our process group is the program's
     * to handle, but would end QEMU.
     */
    private static List<String> detached(List<String> command) {
        return Wrapper.of(List.of("setsid"), Wrapper.endingWithUs(command));
    }

    /**
     * Ports as the kernel's console driver knows them by number. All are virtserialport: QEMU throws a
     * virtconsole's output away when its host side is slow, but holds that of a virtserialport back as long
     * as its host side is connected. Number 0 is only for a virtconsole, so it is left out. Nor does QEMU get
     * our standard streams: it would make them non-blocking, also for whoever shares them with us.
     */
    private void addStreams(List<String> command) {
        for (String port : QemuPorts.SOCKETS) {
            command.addAll(List.of("-chardev", "socket,id=" + port + ",path=" + port));
        }
        command.addAll(List.of("-serial", "chardev:" + QemuPorts.SERIAL));
        String bus = machine == Machine.MICROVM ? "virtio-serial-device" : "virtio-serial-pci";
        command.addAll(List.of("-device", bus + ",id=ports,max_ports=" + PORTS_MAX,
                "-device", "virtserialport,bus=ports.0,nr=1,chardev=" + QemuPorts.ERROR,
                "-device", "virtserialport,bus=ports.0,nr=2,chardev=" + QemuPorts.CONTROL,
                "-device", "virtserialport,bus=ports.0,nr=3,chardev=" + QemuPorts.LOG,
                "-device", "virtserialport,bus=ports.0,nr=4,chardev=" + QemuPorts.PROGRAM));
    }

    private void addNetwork(List<String> command, Network network) {
        String backend = switch (network.link()) {
            case Network.Stream stream -> "stream,id=net,server=off,addr.type=unix,addr.path=" + stream.socket();
            case Network.Tap tap -> "tap,id=net,ifname=" + escaped(tap.name()) + ",script=no,downscript=no,vhost=off"
                    // QEMU's filter would take the header of virtio before a frame for a part of it.
                    + (network.pcap().isPresent() ? ",vnet_hdr=off" : "");
        };
        String device = machine == Machine.MICROVM ? "virtio-net-device" : "virtio-net-pci";
        String mac = network.mac().isEmpty() ? "" : ",mac=" + network.mac();
        command.addAll(List.of("-netdev", backend,
                "-device", device + ",netdev=net,host_mtu=" + network.link().mtuBytes() + mac));
        network.pcap().ifPresent(file -> command.addAll(List.of("-object", "filter-dump,id=pcap,netdev=net,file="
                + escaped(file.toString()))));
    }

    /** A comma would end the value. */
    private static String escaped(String value) {
        return value.replace(",", ",,");
    }

    private static String memory(long bytes) {
        return bytes % MIB == 0 ? bytes / MIB + "M" : (bytes + KIB - 1) / KIB + "k";
    }
}

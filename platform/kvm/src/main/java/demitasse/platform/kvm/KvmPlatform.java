package demitasse.platform.kvm;

import demitasse.device.PciBus;
import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.device.net.PacketPool;
import demitasse.driver.virtio.VirtioConsole;
import demitasse.driver.virtio.VirtioMmio;
import demitasse.driver.virtio.VirtioNet;
import demitasse.driver.virtio.VirtioPci;
import demitasse.driver.virtio.VirtioTransport;
import demitasse.machine.AddressSpace;
import demitasse.machine.Clock;
import demitasse.machine.Console;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.machine.Vdso;

/** The virtual machine. One per image; to be made once, early. */
public final class KvmPlatform implements Platform, NetDeviceSource {
    private static final int CONSOLE_LINE = 1;
    private static final int NETWORK_LINE = FIRST_DEVICE_BIT;
    private static final int SERIAL_PIN = 4;

    private final KvmClock clock = new KvmClock();
    private final KvmVdso vdso = new KvmVdso();
    private final KvmMemory memory;
    private final KvmConsole console;
    /** Null without such a device. */
    private final VirtioNet net;

    public KvmPlatform() {
        // Mapping a device may take memory from the image's end, so this comes before the memory is counted.
        VirtioTransport transport = find(VirtioTransport.CONSOLE, CONSOLE_LINE);
        VirtioTransport netTransport = find(VirtioTransport.NETWORK, NETWORK_LINE);
        this.memory = new KvmMemory();
        VirtioConsole virtio = transport == null ? null
                : new VirtioConsole(transport, memory, KvmConsole.BUFFERS, KvmConsole.BUFFER_BYTES);
        this.console = new KvmConsole(virtio, memory);
        this.net = netTransport == null ? null : new VirtioNet(netTransport, memory, Cpu.entropy());
        if (virtio == null) {
            Cpu.route(SERIAL_PIN, CONSOLE_LINE);
        }
    }

    /** The first virtio network device. */
    @Override
    public NetDevice open(PacketPool packets) {
        if (net != null) {
            net.start(packets);
        }
        return net;
    }

    @Override
    public String name() {
        return "kvm";
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Console console() {
        return console;
    }

    @Override
    public long entropy() {
        return Cpu.entropy();
    }

    @Override
    public PhysicalMemory memory() {
        return memory;
    }

    @Override
    public Vdso vdso() {
        return vdso;
    }

    @Override
    public long commandLineAddress() {
        return KvmMemory.commandLineAddress();
    }

    @Override
    public int commandLineBytes() {
        return KvmMemory.commandLineBytes();
    }

    @Override
    public AddressSpace newAddressSpace(FrameSource frames) {
        return KvmAddressSpace.create(frames);
    }

    @Override
    public int contextBytes() {
        return Cpu.contextBytes();
    }

    @Override
    public boolean hasBaseInstructions() {
        return Cpu.hasBaseInstructions() != 0;
    }

    @Override
    public int run(UserContext user) {
        return Cpu.run(user.address());
    }

    @Override
    public void saveVector(UserContext user) {
        Cpu.saveVector(user.address());
    }

    @Override
    public void forgetVector(UserContext user) {
        Cpu.forgetVector(user.address());
    }

    @Override
    public boolean hasDebugRegisters() {
        return true;
    }

    @Override
    public void loadDebugRegisters(long place0, long place1, long place2, long place3, long control) {
        Cpu.loadDebugRegisters(place0, place1, place2, place3, control);
    }

    @Override
    public long takeDebugStatus() {
        return Cpu.takeDebugStatus();
    }

    @Override
    public long takeInterrupts() {
        long lines = Cpu.takeInterrupts();
        if ((lines & 1L << NETWORK_LINE) != 0) {
            net.acknowledge();
        }
        if ((lines & CONSOLE) != 0) {
            console.poll();
            return console.hasSignal() ? lines | SIGNAL : lines;
        }
        return lines;
    }

    @Override
    public int takeHostSignal() {
        return console.takeSignal();
    }

    @Override
    public void alarm(long deadlineNs) {
        Cpu.alarm(deadlineNs);
    }

    @Override
    public void idleUntil(long deadlineNs) {
        Cpu.idle(deadlineNs);
    }

    @Override
    public void noteTask(int task, long nameAddress) {
        Cpu.noteTask(task, nameAddress);
    }

    @Override
    public void shutdown(int status) {
        Cpu.shutdown(status, console.finish(status) ? 1 : 0);
    }

    /** The first virtio device of a kind, its interrupt routed to a line; null without one. */
    private static VirtioTransport find(int kind, int line) {
        VirtioTransport found = findOnCommandLine(kind, line);
        return found != null ? found : findOnPci(kind, line);
    }

    private static VirtioTransport findOnCommandLine(int kind, int line) {
        CommandLineDevices devices =
                new CommandLineDevices(KvmMemory.commandLineAddress(), KvmMemory.commandLineBytes());
        while (devices.next()) {
            VirtioMmio device = devices.open();
            if (device.deviceId() == kind) {
                Cpu.route(devices.pin(), line);
                return device;
            }
        }
        return null;
    }

    private static VirtioTransport findOnPci(int kind, int line) {
        KvmPciBus bus = new KvmPciBus(line);
        if (!bus.isPresent()) {
            return null;
        }
        for (int function = 0; function < PciBus.FUNCTIONS; function++) {
            if (bus.mayHave(function) && VirtioPci.kind(bus, function) == kind) {
                VirtioPci device = new VirtioPci(bus, function);
                if (device.deviceId() == kind) {
                    return device;
                }
            }
        }
        return null;
    }
}

package demitasse.boot;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.trace.Log;
import demitasse.device.net.NetDeviceSource;
import demitasse.machine.Console;
import demitasse.machine.Platform;
import demitasse.net.stack.NetStack;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.KernelLog;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scratch;
import demitasse.posix.task.SyscallDispatcher;
import demitasse.posix.terminal.ConsoleFiles;
import demitasse.posix.terminal.Ptys;
import demitasse.sched.timer.Timers;
import demitasse.syscall.table.Dispatcher;
import demitasse.syscall.table.Strace;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;

/** The start of an instance, in order, and its end. What an assembly calls. */
public final class Boot {
    /** The kernel could not start a program, as docker(1) says of itself. */
    public static final int STATUS_NOT_STARTED = 125;
    /** What small kernel objects may take: names, file records, strings. */
    private static final int SLABS_SHARE = 4;
    private static final int SCRATCH_ORDER = 4;
    private static final int LOG_ORDER = 2;
    /** A flood of packets does not keep tasks from running. */
    private static final int PACKETS_PER_TURN = 128;
    private static final long EXIT_DRAIN_NS = 10_000_000_000L;

    private final Platform platform;

    private final NetDeviceSource network;

    public Boot(Platform platform) {
        this(platform, null);
    }

    /** @param network what the platform has in the way of a network; null for nothing */
    public Boot(Platform platform, NetDeviceSource network) {
        this.platform = platform;
        this.network = network;
    }

    /** Runs the program that the command line names, then shuts the platform down; does not return. */
    public void run() {
        Pages pages = new Pages(platform.memory());
        Allocator slabs = new Slabs(pages, pages.totalBytes() / SLABS_SHARE);
        Complaint complaint = new Complaint(platform.console(), slabs);
        CommandLine line = CommandLine.parse(platform.commandLineAddress(), platform.commandLineBytes(), slabs);
        long scratchMemory = pages.allocate(SCRATCH_ORDER);
        long logMemory = pages.allocate(LOG_ORDER);
        if (!complaint.isReady() || line == null || scratchMemory == Pages.NONE || logMemory == Pages.NONE) {
            platform.shutdown(STATUS_NOT_STARTED);
            return;
        }
        complaint.setOnTerminal((terminalStreams(line) & 1 << Console.STDERR) != 0);
        KernelLog log = startLog(line, slabs, logMemory);
        Mounts mounts = new Mounts(slabs);
        Instance instance = new Instance(platform, pages, new Timers(), mounts, new Scratch(scratchMemory));
        instance.setSmallMemory(slabs);
        instance.setLog(log);
        ConsoleFiles console = new ConsoleFiles(instance.files(), platform.console(), terminalStreams(line),
                Ptys.processesOf(instance));
        instance.setDispatcher(dispatcher(line, pages));
        if (isOn(line, "jit")) {
            instance.exec().allowWriteExecute();
        }
        instance.loop().setSink(bits -> interrupt(instance, console, bits));
        instance.loop().setIdleWork(new Housekeeping(pages));
        NetStack net = startNet(instance, slabs);
        DeviceNodes devices = new DeviceNodes(instance, console);
        Network addresses = new Network(line, platform, instance.timers());
        int status = addresses.start(net, network, instance.random()::bits, complaint);
        status = status != 0 ? status : new FileSystems(instance, devices, slabs).mount(line, addresses, complaint);
        if (status == 0) {
            status = new FirstProcess(instance, devices, slabs, line).start(complaint);
        }
        if (status == 0) {
            Timeout.arm(instance, line.number("timeout"));
            PanicDrill.arm(instance, line);
            instance.loop().run();
            status = instance.exitStatus();
            Network.drain(net, platform, instance.timers());
        }
        drain(console);
        platform.shutdown(status);
    }

    private static NetStack startNet(Instance instance, Allocator slabs) {
        NetStack net = new NetStack(slabs, instance.pages(), instance.timers(), instance.platform().clock(),
                instance.random()::bits);
        instance.files().setNet(net);
        instance.loop().setPoller(interrupted -> {
            int done = interrupted ? net.pollWithinTurn(PACKETS_PER_TURN) : net.poll(PACKETS_PER_TURN);
            return instance.namespaces().pollNetworks(PACKETS_PER_TURN) | done == PACKETS_PER_TURN;
        });
        return net;
    }

    private KernelLog startLog(CommandLine line, Allocator slabs, long memory) {
        Name level = new Name();
        int threshold = Log.WARN;
        if (line.find("log", level)) {
            threshold = level.is("debug") ? Log.DEBUG : level.is("info") ? Log.INFO
                    : level.is("error") ? Log.ERROR : Log.WARN;
        }
        long buffer = slabs.allocate(Log.LINE_BYTES, 8);
        KernelLog log = new KernelLog(platform.console()::log, platform.clock(), memory);
        if (buffer != Allocator.NONE) {
            Log.install(log, buffer, threshold);
        }
        return log;
    }

    /** Tells of the calls where strace=1 asks for it. */
    private SyscallDispatcher dispatcher(CommandLine line, Pages pages) {
        long buffer = isOn(line, "strace") ? pages.allocate(0) : Pages.NONE;
        return buffer == Pages.NONE ? new Dispatcher() : new Strace(platform.console(), buffer);
    }

    private static boolean isOn(CommandLine line, String key) {
        Name value = new Name();
        return line.find(key, value) && value.is("1");
    }

    /** Bit n for each digit n of "tty=0,1,2". */
    private static int terminalStreams(CommandLine line) {
        Name streams = new Name();
        int bits = 0;
        if (line.find("tty", streams)) {
            for (int i = 0; i < streams.length(); i++) {
                int digit = streams.at(i) - '0';
                bits |= digit >= 0 && digit <= 2 ? 1 << digit : 0;
            }
        }
        return bits;
    }

    private static void interrupt(Instance instance, ConsoleFiles console, long bits) {
        Platform platform = instance.platform();
        // Not every platform raises an interrupt for its console: the timer's tick looks as well.
        if ((bits & (Platform.CONSOLE | Platform.TIMER)) != 0) {
            console.interrupt();
        }
        if ((bits & Platform.SIGNAL) != 0) {
            Process program = instance.processes().program();
            for (int signal = platform.takeHostSignal(); signal != 0; signal = platform.takeHostSignal()) {
                if (program != null) {
                    Signals.send(program, signal);
                }
            }
        }
    }

    /** What the program wrote last still has to leave, but nobody waits for ever for a reader that does not read. */
    private void drain(ConsoleFiles console) {
        long deadlineNs = platform.clock().monotonicNs() + EXIT_DRAIN_NS;
        while (!console.drain() && platform.clock().monotonicNs() < deadlineNs) {
            platform.idleUntil(deadlineNs);
            platform.takeInterrupts();
        }
    }

    /** Root, while the instance starts. */
    static Credentials root() {
        return new Credentials();
    }
}

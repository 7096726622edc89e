package demitasse.platform.linux;

import demitasse.alloc.PageTable;
import demitasse.machine.AddressSpace;
import demitasse.machine.Clock;
import demitasse.machine.Console;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.machine.Vdso;

/** A sealed process of a Linux host. */
public final class LinuxPlatform implements Platform {
    private final LinuxClock clock = new LinuxClock();
    private final LinuxConsole console = new LinuxConsole();
    private final LinuxVdso vdso = new LinuxVdso(clock);
    private final LinuxMemory memory =
            new LinuxMemory(Host.ramAddress(), Host.ramBytes(), Host.imageAddress(), Host.imageBytes());
    private final HostProcesses processes = new HostProcesses(new Host(), memory);

    @Override
    public String name() {
        return "linux";
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
        return Host.entropy();
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
        return Host.commandLineAddress();
    }

    @Override
    public int commandLineBytes() {
        return (int) Host.commandLineBytes();
    }

    @Override
    public AddressSpace newAddressSpace(FrameSource frames) {
        PageTable table = PageTable.create(frames, 0);
        return table == null ? null : new LinuxAddressSpace(table, frames, processes, Host.entryAddress());
    }

    @Override
    public int contextBytes() {
        return (int) Host.contextBytes();
    }

    @Override
    public boolean hasBaseInstructions() {
        // start.c refuses a host without them.
        return true;
    }

    @Override
    public int run(UserContext user) {
        // As small as this, it becomes part of a task's loop. A call more here is a mispredicted return more for each
        // system call, since the CPU's return stack knows nothing of the way through the program: 19 ns.
        return Host.run(user.address());
    }

    @Override
    public void saveVector(UserContext user) {
        Host.saveVector(user.address());
    }

    @Override
    public void forgetVector(UserContext user) {
        Host.forgetVector(user.address());
    }

    @Override
    public long takeInterrupts() {
        return Host.takeInterrupts();
    }

    @Override
    public int takeHostSignal() {
        return Host.takeHostSignal();
    }

    @Override
    public void alarm(long deadlineNs) {
        Host.alarm(deadlineNs);
    }

    @Override
    public void idleUntil(long deadlineNs) {
        Host.idleUntil(deadlineNs);
    }

    @Override
    public void noteTask(int task, long nameAddress) {
        Host.noteTask(task, nameAddress);
    }

    @Override
    public void shutdown(int status) {
        Host.exit(status);
    }
}

package demitasse.platform.kvm;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.base.memory.Memory;
import demitasse.driver.virtio.ConsolePort;
import demitasse.driver.virtio.VirtioConsole;
import demitasse.machine.Console;

/** The streams over virtio-console's ports where the host has them, over the serial line where not. */
final class KvmConsole implements Console {
    /** Where a host has only the console that every virtio console has. */
    static final int MAIN_PORT = 0;
    static final int ERROR_PORT = 1;
    static final int CONTROL_PORT = 2;
    static final int LOG_PORT = 3;
    /**
     * The program's input and output where the host has this port. QEMU keeps number 0 for a virtconsole, whose
     * output it drops when the host side is slow; a virtserialport's waits.
     */
    static final int PROGRAM_PORT = 4;
    /** Buffers of each port: output comes in bursts, control is a line now and then. */
    static final int[] BUFFERS = {2, 4, 2, 8, 16};
    static final int BUFFER_BYTES = 4096;

    private static final int CONTROL_BYTES = 64;
    /** A host that does not read its end may not keep the machine from stopping. */
    private static final long FLUSH_NS_MAX = 5_000_000_000L;
    /** A host that never takes the driver's word has no ports to announce. */
    private static final long ANNOUNCE_NS_MAX = 2_000_000_000L;

    private final VirtioConsole virtio;
    private final HostControl host;
    private final long controlBuffer;
    private final int sizeAtStart;
    private long inputBytes;

    /** @param virtio null without such a device */
    KvmConsole(VirtioConsole virtio, KvmMemory memory) {
        this.virtio = virtio;
        this.sizeAtStart = TerminalSize.of(KvmMemory.commandLineAddress(), KvmMemory.commandLineBytes());
        long room = memory.take(CONTROL_BYTES + HostControl.roomBytes());
        this.controlBuffer = room;
        this.host = new HostControl(room + CONTROL_BYTES);
        awaitPorts();
        poll();
    }

    /** What is written before the host has announced the port it belongs to would go to the serial line. */
    private void awaitPorts() {
        long limitNs = Cpu.monotonicNs() + ANNOUNCE_NS_MAX;
        while (virtio != null && virtio.isAnnouncing() && Cpu.monotonicNs() < limitNs) {
            Memory.fence();
        }
    }

    @Override
    public int write(int stream, long address, int lengthBytes) {
        ConsolePort port = stream == STDERR ? port(ERROR_PORT) : null;
        return write(port == null ? program() : port, address, lengthBytes);
    }

    @Override
    public int read(long address, int lengthBytes) {
        ConsolePort port = program();
        int result = port == null ? readSerial(address, lengthBytes) : port.read(address, lengthBytes);
        if (result > 0) {
            inputBytes += result;
        }
        return result == -EAGAIN && inputBytes == host.inputBytes() ? 0 : result;
    }

    @Override
    public int size() {
        int told = host.size() != 0 || virtio == null ? host.size() : virtio.size();
        return told != 0 ? told : sizeAtStart;
    }

    @Override
    public void log(long address, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes) {
            int written = write(port(LOG_PORT), address + done, lengthBytes - done);
            if (written < 0) {
                return;
            }
            done += written;
        }
    }

    @Override
    public void trace(long address, int lengthBytes) {
        log(address, lengthBytes);
    }

    /** After an interrupt: takes the device's line back and listens to the host. */
    void poll() {
        if (virtio == null) {
            return;
        }
        virtio.poll();
        ConsolePort control = port(CONTROL_PORT);
        if (control == null) {
            return;
        }
        int length = control.read(controlBuffer, CONTROL_BYTES);
        while (length > 0) {
            for (int i = 0; i < length; i++) {
                host.accept(Memory.getByte(controlBuffer + i));
            }
            length = control.read(controlBuffer, CONTROL_BYTES);
        }
    }

    boolean hasSignal() {
        return host.hasSignal();
    }

    int takeSignal() {
        return host.takeSignal();
    }

    /** Sends what is under way, then the exit status over the control port; false when there is no such port. */
    boolean finish(int status) {
        flush(program());
        flush(port(ERROR_PORT));
        flush(port(LOG_PORT));
        ConsolePort control = port(CONTROL_PORT);
        if (control == null) {
            return false;
        }
        control.write(controlBuffer, exitLine(status));
        flush(control);
        return true;
    }

    private int exitLine(int status) {
        byte[] word = {'e', 'x', 'i', 't', ' '};
        int length = 0;
        for (; length < word.length; length++) {
            Memory.putByte(controlBuffer + length, word[length]);
        }
        for (int unit = status < 10 ? 1 : status < 100 ? 10 : 100; unit > 0; unit /= 10) {
            Memory.putByte(controlBuffer + length++, (byte) ('0' + status / unit % 10));
        }
        Memory.putByte(controlBuffer + length++, (byte) '\n');
        return length;
    }

    private static void flush(ConsolePort port) {
        long limitNs = Cpu.monotonicNs() + FLUSH_NS_MAX;
        while (port != null && port.isSending() && Cpu.monotonicNs() < limitNs) {
            Memory.fence();
        }
    }

    private ConsolePort program() {
        ConsolePort port = port(PROGRAM_PORT);
        return port == null ? port(MAIN_PORT) : port;
    }

    private ConsolePort port(int number) {
        return virtio == null ? null : virtio.port(number);
    }

    private static int write(ConsolePort port, long address, int lengthBytes) {
        if (port != null) {
            return port.write(address, lengthBytes);
        }
        Cpu.serialWrite(address, lengthBytes);
        return lengthBytes;
    }

    private static int readSerial(long address, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes) {
            int character = Cpu.serialRead();
            if (character < 0) {
                break;
            }
            Memory.putByte(address + done, (byte) character);
            done++;
        }
        return done == 0 && lengthBytes > 0 ? -EAGAIN : done;
    }
}

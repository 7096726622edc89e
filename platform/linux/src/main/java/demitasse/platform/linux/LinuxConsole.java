package demitasse.platform.linux;

import demitasse.machine.Console;

/** The standard streams of the host process. A write may wait for a slow reader; a read never waits. */
final class LinuxConsole implements Console {
    @Override
    public int write(int stream, long address, int lengthBytes) {
        return Host.write(stream, address, lengthBytes);
    }

    @Override
    public int read(long address, int lengthBytes) {
        return Host.read(address, lengthBytes);
    }

    @Override
    public int size() {
        return Host.terminalSize();
    }

    @Override
    public void log(long address, int lengthBytes) {
        Host.log(address, lengthBytes);
    }

    @Override
    public void trace(long address, int lengthBytes) {
        Host.trace(address, lengthBytes);
    }
}

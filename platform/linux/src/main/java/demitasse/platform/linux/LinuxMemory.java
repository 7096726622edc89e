package demitasse.platform.linux;

import demitasse.machine.PhysicalMemory;

/**
 * One memory file of the host for RAM, and the image file. A frame is where the kernel has it mapped.
 *
 * @param reservedBytes the end of RAM, kept back by the platform
 */
record LinuxMemory(long ramAddress, long ramBytes, int reservedBytes, long initrdAddress, long initrdBytes)
        implements PhysicalMemory {
    @Override
    public int regions() {
        return 1;
    }

    @Override
    public long regionAddress(int index) {
        return ramAddress;
    }

    @Override
    public long regionBytes(int index) {
        return ramBytes - reservedBytes;
    }

    @Override
    public boolean zeroed() {
        return true;
    }

    long reservedAddress() {
        return ramAddress + ramBytes - reservedBytes;
    }

    boolean isRam(long frame) {
        return frame >= ramAddress && frame < ramAddress + ramBytes;
    }
}

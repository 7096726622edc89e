package demitasse.platform.linux;

import demitasse.machine.PhysicalMemory;

/** One memory file of the host for RAM, and the image file. A frame is where the kernel has it mapped. */
record LinuxMemory(long ramAddress, long ramBytes, long initrdAddress, long initrdBytes) implements PhysicalMemory {
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
        return ramBytes;
    }

    @Override
    public boolean zeroed() {
        return true;
    }

    @Override
    public void prepare(long frame, long lengthBytes) {
        Host.prepareRam(frame, lengthBytes);
    }

    @Override
    public boolean isLazy() {
        return true;
    }

    @Override
    public boolean release(long frame, long lengthBytes) {
        return Host.releaseRam(frame - ramAddress, lengthBytes) == 0;
    }

    boolean isRam(long frame) {
        return frame >= ramAddress && frame < ramAddress + ramBytes;
    }
}

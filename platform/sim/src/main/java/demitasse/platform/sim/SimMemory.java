package demitasse.platform.sim;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.machine.PhysicalMemory;

/** RAM, then the root file system image, then what the platform keeps for itself. */
final class SimMemory implements PhysicalMemory {
    private final long ramBytes;
    private final long imageAddress;
    private final long imageBytes;
    private final long reservedAddress;

    SimMemory(long ramBytes, byte[] image, int reservedBytes) {
        this.ramBytes = ramBytes & -PAGE_BYTES;
        imageBytes = image.length;
        imageAddress = HostMemory.BASE + this.ramBytes;
        reservedAddress = imageAddress + (imageBytes + PAGE_BYTES - 1 & -PAGE_BYTES);
        HostMemory.install(reservedAddress + reservedBytes - HostMemory.BASE);
        for (int i = 0; i < image.length; i++) {
            Memory.putByte(imageAddress + i, image[i]);
        }
    }

    long reservedAddress() {
        return reservedAddress;
    }

    @Override
    public int regions() {
        return 1;
    }

    @Override
    public long regionAddress(int index) {
        return HostMemory.BASE;
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
    public long initrdAddress() {
        return imageBytes == 0 ? 0 : imageAddress;
    }

    @Override
    public long initrdBytes() {
        return imageBytes;
    }
}

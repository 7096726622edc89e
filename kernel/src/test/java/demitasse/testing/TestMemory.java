package demitasse.testing;

import demitasse.base.memory.HostMemory;
import demitasse.machine.PhysicalMemory;

/** RAM of a test machine, with a place for a root file system image at its end. */
public final class TestMemory implements PhysicalMemory {
    private final long ramBytes;
    private final long initrdBytes;

    /** Installs zeroed memory; what an earlier test had is gone. */
    public TestMemory(long ramBytes, long initrdBytes) {
        this.ramBytes = ramBytes;
        this.initrdBytes = initrdBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        HostMemory.install(this.ramBytes + this.initrdBytes);
    }

    public TestMemory(long ramBytes) {
        this(ramBytes, 0);
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
        return initrdBytes == 0 ? 0 : HostMemory.BASE + ramBytes;
    }

    @Override
    public long initrdBytes() {
        return initrdBytes;
    }
}

package demitasse.testing;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.machine.PhysicalMemory;
import java.util.BitSet;

/** RAM that the kernel can give back; it keeps count. */
public final class LazyMemory implements PhysicalMemory {
    private final TestMemory memory;
    private final BitSet released = new BitSet();
    private final BitSet prepared = new BitSet();

    public LazyMemory(long ramBytes) {
        memory = new TestMemory(ramBytes);
    }

    /** What was never given back. */
    public long heldBytes() {
        return memory.regionBytes(0) - (long) released.cardinality() * PAGE_BYTES;
    }

    /** Whether the kernel has announced a frame before its first use. */
    public boolean isPrepared(long frame) {
        return prepared.get((int) ((frame - HostMemory.BASE) / PAGE_BYTES));
    }

    @Override
    public void prepare(long frame, long lengthBytes) {
        int first = (int) ((frame - HostMemory.BASE) / PAGE_BYTES);
        prepared.set(first, first + (int) (lengthBytes / PAGE_BYTES));
    }

    @Override
    public int regions() {
        return memory.regions();
    }

    @Override
    public long regionAddress(int index) {
        return memory.regionAddress(index);
    }

    @Override
    public long regionBytes(int index) {
        return memory.regionBytes(index);
    }

    @Override
    public boolean zeroed() {
        return true;
    }

    @Override
    public boolean isLazy() {
        return true;
    }

    @Override
    public boolean release(long frame, long lengthBytes) {
        Memory.fill(frame, lengthBytes, (byte) 0);
        int first = (int) ((frame - HostMemory.BASE) / PAGE_BYTES);
        released.set(first, first + (int) (lengthBytes / PAGE_BYTES));
        return true;
    }

    @Override
    public long initrdAddress() {
        return 0;
    }

    @Override
    public long initrdBytes() {
        return 0;
    }
}

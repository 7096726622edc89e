package demitasse.alloc.watch;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Memory;

/** Fills memory with junk before its first use and after its last, so that relying on either shows. */
public final class PoisoningAllocator implements Allocator {
    public static final byte FRESH = (byte) 0xcd;
    public static final byte FREED = (byte) 0xdd;

    private final Allocator inner;

    public PoisoningAllocator(Allocator inner) {
        this.inner = inner;
    }

    @Override
    public long allocate(long sizeBytes, int alignmentBytes) {
        long address = inner.allocate(sizeBytes, alignmentBytes);
        if (address != NONE) {
            Memory.fill(address, sizeBytes, FRESH);
        }
        return address;
    }

    @Override
    public void free(long address, long sizeBytes) {
        if (address != NONE) {
            Memory.fill(address, sizeBytes, FREED);
        }
        inner.free(address, sizeBytes);
    }

    @Override
    public long usedBytes() {
        return inner.usedBytes();
    }

    @Override
    public long limitBytes() {
        return inner.limitBytes();
    }
}

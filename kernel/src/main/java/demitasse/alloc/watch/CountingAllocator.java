package demitasse.alloc.watch;

import demitasse.alloc.Allocator;

/** Counts what is asked for and what is still out: a leak shows as objects that never came back. */
public final class CountingAllocator implements Allocator {
    private final Allocator inner;
    private long allocations;
    private long failures;
    private long liveObjects;
    private long liveBytes;

    public CountingAllocator(Allocator inner) {
        this.inner = inner;
    }

    @Override
    public long allocate(long sizeBytes, int alignmentBytes) {
        long address = inner.allocate(sizeBytes, alignmentBytes);
        if (address == NONE) {
            failures++;
        } else {
            allocations++;
            liveObjects++;
            liveBytes += sizeBytes;
        }
        return address;
    }

    @Override
    public void free(long address, long sizeBytes) {
        if (address != NONE) {
            liveObjects--;
            liveBytes -= sizeBytes;
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

    public long allocations() {
        return allocations;
    }

    public long failures() {
        return failures;
    }

    public long liveObjects() {
        return liveObjects;
    }

    /** As asked for, without rounding. */
    public long liveBytes() {
        return liveBytes;
    }
}

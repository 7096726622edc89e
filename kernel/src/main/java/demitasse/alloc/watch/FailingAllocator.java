package demitasse.alloc.watch;

import demitasse.alloc.Allocator;

/** Refuses every n-th request, so that the ways back from ENOMEM are walked. */
public final class FailingAllocator implements Allocator {
    private final Allocator inner;
    private final int period;
    private int requests;

    /** @param period 1 refuses all, 2 every second … */
    public FailingAllocator(Allocator inner, int period) {
        this.inner = inner;
        this.period = period;
    }

    @Override
    public long allocate(long sizeBytes, int alignmentBytes) {
        requests++;
        return requests % period == 0 ? NONE : inner.allocate(sizeBytes, alignmentBytes);
    }

    @Override
    public void free(long address, long sizeBytes) {
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

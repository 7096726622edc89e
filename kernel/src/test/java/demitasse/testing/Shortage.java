package demitasse.testing;

import demitasse.alloc.Allocator;
import java.util.Random;

/** An allocator that refuses at random while it is switched on. */
public final class Shortage implements Allocator {
    private final Allocator inner;
    private final Random random;
    public boolean on;

    public Shortage(Allocator inner, long seed) {
        this.inner = inner;
        random = new Random(seed);
    }

    @Override
    public long allocate(long sizeBytes, int alignmentBytes) {
        return on && random.nextInt(4) == 0 ? NONE : inner.allocate(sizeBytes, alignmentBytes);
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

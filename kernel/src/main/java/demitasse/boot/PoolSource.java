package demitasse.boot;

import demitasse.base.random.RandomPool;
import demitasse.fs.dev.RandomSource;

/** The kernel's generator as /dev/random sees it. */
final class PoolSource implements RandomSource {
    private final RandomPool pool;

    PoolSource(RandomPool pool) {
        this.pool = pool;
    }

    @Override
    public void fill(long target, int lengthBytes) {
        pool.fill(target, lengthBytes);
    }

    @Override
    public void mix(long source, int lengthBytes) {
        pool.mix(source, lengthBytes);
    }
}

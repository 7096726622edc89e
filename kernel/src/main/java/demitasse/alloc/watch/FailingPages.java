package demitasse.alloc.watch;

import demitasse.alloc.Pages;
import demitasse.machine.PhysicalMemory;

/** Refuses every n-th request for frames while it is switched on. */
public final class FailingPages extends Pages {
    private int period;
    private int requests;

    public FailingPages(PhysicalMemory memory) {
        super(memory);
    }

    /** @param newPeriod 0 never refuses, 1 always, 2 every second request … */
    public void failEvery(int newPeriod) {
        period = newPeriod;
        requests = 0;
    }

    @Override
    public long allocate(int order) {
        return refuses() ? NONE : super.allocate(order);
    }

    @Override
    public long allocateZeroed(int order) {
        return refuses() ? NONE : super.allocateZeroed(order);
    }

    private boolean refuses() {
        requests++;
        return period != 0 && requests % period == 0;
    }
}

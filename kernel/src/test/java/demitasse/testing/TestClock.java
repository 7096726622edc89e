package demitasse.testing;

import demitasse.machine.Clock;

/** Time that only a test moves. */
public final class TestClock implements Clock {
    private long monotonicNs = 1_000_000_000L;
    private long realtimeOffsetNs = 1_700_000_000_000_000_000L;

    @Override
    public long monotonicNs() {
        return monotonicNs;
    }

    @Override
    public long realtimeNs() {
        return monotonicNs + realtimeOffsetNs;
    }

    @Override
    public void setRealtime(long nowNs) {
        realtimeOffsetNs = nowNs - monotonicNs;
    }

    public void advance(long durationNs) {
        monotonicNs += durationNs;
    }

    /** Moves on to a time; stays when it has passed. */
    public void advanceTo(long timeNs) {
        monotonicNs = Math.max(monotonicNs, timeNs);
    }
}

package demitasse.platform.sim;

import demitasse.machine.Clock;

/** Virtual time: moved by the simulator only. */
public final class SimClock implements Clock {
    /** 2026-01-01T00:00:00Z; any date after the epoch would do. */
    private static final long START_REALTIME_NS = 1_767_225_600L * 1_000_000_000L;
    private static final long START_MONOTONIC_NS = 1_000_000_000L;

    private long nowNs = START_MONOTONIC_NS;
    private long realtimeOffsetNs = START_REALTIME_NS;

    @Override
    public long monotonicNs() {
        return nowNs;
    }

    @Override
    public long realtimeNs() {
        return realtimeOffsetNs + nowNs;
    }

    @Override
    public void setRealtime(long realtimeNs) {
        realtimeOffsetNs = realtimeNs - nowNs;
    }

    public void advance(long durationNs) {
        assert durationNs >= 0;
        nowNs += durationNs;
    }

    void advanceTo(long deadlineNs) {
        nowNs = Math.max(nowNs, deadlineNs);
    }
}

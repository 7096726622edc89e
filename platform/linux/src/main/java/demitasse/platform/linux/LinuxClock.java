package demitasse.platform.linux;

import demitasse.machine.Clock;

/** The host's clocks, read through its vDSO; the time of day as far ahead of the host's as somebody has set it. */
final class LinuxClock implements Clock {
    private long aheadNs;

    @Override
    public long monotonicNs() {
        return Host.monotonicNs();
    }

    @Override
    public long realtimeNs() {
        return Host.realtimeNs() + aheadNs;
    }

    @Override
    public void setRealtime(long nowNs) {
        aheadNs += nowNs - realtimeNs();
    }

    long aheadNs() {
        return aheadNs;
    }
}

package demitasse.platform.linux;

import demitasse.machine.Clock;

/** The host's clocks, read through its vDSO. */
final class LinuxClock implements Clock {
    @Override
    public long monotonicNs() {
        return Host.monotonicNs();
    }

    @Override
    public long realtimeNs() {
        return Host.realtimeNs();
    }
}

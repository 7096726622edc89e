package demitasse.platform.kvm;

import demitasse.machine.Clock;

/** The time stamp counter, scaled. */
final class KvmClock implements Clock {
    @Override
    public long monotonicNs() {
        return Cpu.monotonicNs();
    }

    @Override
    public long realtimeNs() {
        return Cpu.realtimeNs();
    }

    @Override
    public void setRealtime(long nowNs) {
        Cpu.setRealtime(nowNs);
    }
}

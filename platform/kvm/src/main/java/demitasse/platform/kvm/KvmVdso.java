package demitasse.platform.kvm;

import demitasse.machine.Vdso;

/** Our own vDSO, {@code vdso.c}: programs read the time without a trap. */
final class KvmVdso implements Vdso {
    @Override
    public long visibleAddress() {
        return 0;
    }

    @Override
    public long imageAddress() {
        return Cpu.vdsoStart();
    }

    @Override
    public int imageBytes() {
        return (int) (Cpu.vdsoEnd() - Cpu.vdsoStart());
    }

    @Override
    public void fillData(long dataFrame) {
        Cpu.fillVdso(dataFrame);
    }
}

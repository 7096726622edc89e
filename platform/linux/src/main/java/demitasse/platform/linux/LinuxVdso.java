package demitasse.platform.linux;

import demitasse.base.memory.Memory;
import demitasse.machine.Vdso;

/** Our own vDSO, {@code vdso_image.c}, which asks the host's for the time. */
final class LinuxVdso implements Vdso {
    private final LinuxClock clock;

    LinuxVdso(LinuxClock clock) {
        this.clock = clock;
    }

    @Override
    public long visibleAddress() {
        return 0;
    }

    @Override
    public long imageAddress() {
        return Host.vdsoImage();
    }

    @Override
    public int imageBytes() {
        return Host.vdsoImageBytes();
    }

    /** struct vdso_data of vdso_image.h. */
    @Override
    public void fillData(long dataFrame) {
        Memory.putLong(dataFrame, Host.vdsoClockGettime());
        Memory.putLong(dataFrame + Long.BYTES, clock.aheadNs());
    }
}

package demitasse.platform.linux;

import demitasse.base.memory.Memory;
import demitasse.machine.Vdso;

/**
 * Our own vDSO, {@code vdso_image.c}, which asks the host's for the time. Only RAM and the root file system can be
 * mapped into programs, so the image stands in RAM that {@link LinuxMemory} keeps back.
 */
final class LinuxVdso implements Vdso {
    private final long image;
    private final int imageBytes;

    /** @param image reserved frames, as many as the image needs */
    LinuxVdso(long image) {
        this.image = image;
        imageBytes = Host.vdsoImageBytes();
        Memory.copy(Host.vdsoImage(), image, imageBytes);
    }

    @Override
    public long visibleAddress() {
        return 0;
    }

    @Override
    public long imageAddress() {
        return image;
    }

    @Override
    public int imageBytes() {
        return imageBytes;
    }

    /** struct vdso_data of vdso_image.h. */
    @Override
    public void fillData(long dataFrame) {
        Memory.putLong(dataFrame, Host.vdsoClockGettime());
    }
}

package demitasse.platform.linux;

import demitasse.machine.Vdso;

/** The host's own vDSO: programs share the host's address space and see it as it is. */
final class LinuxVdso implements Vdso {
    @Override
    public long visibleAddress() {
        return Host.vdsoAddress();
    }

    @Override
    public long imageAddress() {
        return 0;
    }

    @Override
    public int imageBytes() {
        return 0;
    }

    @Override
    public void fillData(long dataFrame) {
        // There is no image, so nobody has a data page.
    }
}

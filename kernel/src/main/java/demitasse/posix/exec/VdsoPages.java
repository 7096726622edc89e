package demitasse.posix.exec;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.Vdso;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/**
 * The platform's vDSO in RAM frames, shared by all processes: a page of data, then the image. Lives for ever.
 */
final class VdsoPages extends Inode {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    private final Vdso vdso;
    private final long[] frames;

    private VdsoPages(Vdso vdso, long[] frames) {
        this.vdso = vdso;
        this.frames = frames;
    }

    /** Null when there is no image, or no memory for it. */
    static VdsoPages create(Vdso vdso, Pages pages) {
        if (vdso.imageAddress() == 0) {
            return null;
        }
        long[] frames = new long[1 + (int) ((vdso.imageBytes() + PAGE_BYTES - 1) / PAGE_BYTES)];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = pages.allocateZeroed();
            if (frames[i] == Pages.NONE) {
                for (int made = 0; made < i; made++) {
                    pages.release(frames[made]);
                }
                return null;
            }
        }
        vdso.fillData(frames[0]);
        for (int i = 1; i < frames.length; i++) {
            long offset = (i - 1) * PAGE_BYTES;
            long bytes = Math.min(PAGE_BYTES, vdso.imageBytes() - offset);
            Memory.copy(vdso.imageAddress() + offset, frames[i], bytes);
        }
        return new VdsoPages(vdso, frames);
    }

    /** What all processes read has changed. */
    void refresh() {
        vdso.fillData(frames[0]);
    }

    long sizeBytes() {
        return frames.length * PAGE_BYTES;
    }

    @Override
    public int stat(Stat out) {
        out.mode = Stat.S_IFREG | 0555;
        out.sizeBytes = sizeBytes();
        return 0;
    }

    @Override
    public boolean isMappable() {
        return true;
    }

    @Override
    public long page(long index, boolean create) {
        return index >= 0 && index < frames.length ? frames[(int) index] : -EINVAL;
    }
}

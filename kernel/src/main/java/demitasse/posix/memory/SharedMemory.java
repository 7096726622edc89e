package demitasse.posix.memory;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/**
 * Shared anonymous memory, mmap(2) MAP_SHARED|MAP_ANONYMOUS: pages that live as long as any mapping of them.
 * Linux shows it as the unlinked file "/dev/zero".
 *
 * <p>Frames are found through a two-level table of frames: 512 entries per leaf, leaves made on first use.
 */
final class SharedMemory extends Inode {
    private static final int LEAF_SHIFT = 9;
    private static final int LEAF_ENTRIES = 1 << LEAF_SHIFT;
    private static final int ENTRY_BYTES = 8;

    private final Pages pages;
    private final long sizePages;
    private final long[] leaves;
    private int holders;

    SharedMemory(Pages pages, long sizeBytes) {
        this.pages = pages;
        sizePages = sizeBytes / Pages.PAGE_BYTES;
        leaves = new long[(int) (sizePages + LEAF_ENTRIES - 1 >>> LEAF_SHIFT)];
    }

    /** The largest object: its table of leaves is a Java array and has to stay small. */
    static final long SIZE_MAX_BYTES = 64L << 30;

    @Override
    public int stat(Stat out) {
        out.mode = Stat.S_IFREG | 0600;
        out.links = 0;
        out.sizeBytes = sizePages * Pages.PAGE_BYTES;
        out.blockBytes = Pages.PAGE_BYTES;
        return 0;
    }

    @Override
    public boolean isMappable() {
        return true;
    }

    @Override
    public long page(long index, boolean create) {
        if (index < 0 || index >= sizePages) {
            return -EINVAL;
        }
        int leafIndex = (int) (index >>> LEAF_SHIFT);
        long leaf = leaves[leafIndex];
        if (leaf == 0) {
            if (!create) {
                return 0;
            }
            leaf = pages.allocateZeroed();
            if (leaf == Pages.NONE) {
                return -ENOMEM;
            }
            leaves[leafIndex] = leaf;
        }
        long entry = leaf + (index & LEAF_ENTRIES - 1) * ENTRY_BYTES;
        long frame = Memory.getLong(entry);
        if (frame == 0 && create) {
            frame = pages.allocateZeroed();
            if (frame == Pages.NONE) {
                return -ENOMEM;
            }
            Memory.putLong(entry, frame);
        }
        return frame;
    }

    @Override
    public void retained() {
        holders++;
    }

    @Override
    public void dropped() {
        assert holders > 0 : "dropped more often than retained";
        if (--holders > 0) {
            return;
        }
        for (int i = 0; i < leaves.length; i++) {
            if (leaves[i] != 0) {
                releaseLeaf(leaves[i]);
                leaves[i] = 0;
            }
        }
    }

    private void releaseLeaf(long leaf) {
        for (int i = 0; i < LEAF_ENTRIES; i++) {
            long frame = Memory.getLong(leaf + (long) i * ENTRY_BYTES);
            if (frame != 0) {
                pages.release(frame);
            }
        }
        pages.release(leaf);
    }
}

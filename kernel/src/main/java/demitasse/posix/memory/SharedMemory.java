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
 * <p>Frames stand in a radix tree of frames, 512 entries each and as deep as the size asks for. What was
 * never touched costs nothing, however large it is.
 */
public final class SharedMemory extends Inode {
    private static final int ENTRY_BITS = 9;
    private static final int ENTRIES = 1 << ENTRY_BITS;
    private static final int ENTRY_BYTES = 8;

    /** 0:1, the file system that Linux keeps such memory in. */
    private static final long DEVICE = 1;

    private final Pages pages;
    private final long sizePages;
    /** Levels of tables above the pages. */
    private final int depth;
    private long root;
    private int holders;
    private long residentPages;

    public SharedMemory(Pages pages, long sizeBytes) {
        this.pages = pages;
        sizePages = sizeBytes / Pages.PAGE_BYTES;
        int levels = 1;
        while (sizePages - 1 >>> levels * ENTRY_BITS != 0) {
            levels++;
        }
        depth = levels;
    }

    @Override
    public int stat(Stat out) {
        out.device = DEVICE;
        out.inode = 0;
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
        if (root == 0) {
            if (!create) {
                return 0;
            }
            root = pages.allocateZeroed();
        }
        long table = root;
        for (int level = depth - 1; level >= 0 && table != 0; level--) {
            long entry = table + (index >>> level * ENTRY_BITS & ENTRIES - 1) * ENTRY_BYTES;
            table = Memory.getLong(entry);
            if (table == 0 && create && pages.hasBeyondReserve(1)) {
                table = pages.allocateZeroed();
                Memory.putLong(entry, table);
                residentPages += level == 0 && table != Pages.NONE ? 1 : 0;
            }
        }
        return table == 0 && create ? -ENOMEM : table;
    }

    /** Pages that were touched. */
    public long residentPages() {
        return residentPages;
    }

    @Override
    public void retained() {
        holders++;
    }

    @Override
    public void dropped() {
        assert holders > 0 : "dropped more often than retained";
        if (--holders == 0 && root != 0) {
            release(root, depth);
            root = 0;
        }
    }

    private void release(long frame, int level) {
        if (level > 0) {
            for (int i = 0; i < ENTRIES; i++) {
                long below = Memory.getLong(frame + (long) i * ENTRY_BYTES);
                if (below != 0) {
                    release(below, level - 1);
                }
            }
        }
        pages.release(frame);
    }
}

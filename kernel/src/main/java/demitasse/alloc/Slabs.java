package demitasse.alloc;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;

/**
 * The small-object allocator: size classes in slabs of one or four pages, larger sizes in whole pages.
 *
 * <p>A slab begins with a header and is aligned to its size, so an object finds it by masking; the class
 * follows from the size that {@link #free} is told. Objects are carved from the slab on first use, then kept
 * on a list through the free objects themselves. An empty slab goes back to {@link Pages} unless it is the
 * last one with room in its class.
 * <pre>
 *   0 long  next slab with room     8 long  previous one     16 long  first free object
 *  24 int   objects in use         28 int  objects carved    64       objects
 * </pre>
 */
public final class Slabs implements Allocator {
    private static final int HEADER_BYTES = 64;
    private static final int PREVIOUS = 8;
    private static final int FREE = 16;
    private static final int USED = 24;
    private static final int CARVED = 28;

    private static final int GRAIN_SHIFT = 4;
    private static final int LARGEST_CLASS_BYTES = 2048;
    /** Classes up to here live in slabs of one page. */
    private static final int SMALL_BYTES = 256;
    private static final int LARGE_SLAB_ORDER = 2;
    /**
     * Objects stand at multiples of their size from the header on, so this is the best alignment of a class.
     */
    private static final int LINE_BYTES = 64;

    private final Pages pages;
    private final long limitBytes;
    private final int[] classBytes = {
        16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, LARGEST_CLASS_BYTES
    };
    private final byte[] classOfGrains = new byte[(LARGEST_CLASS_BYTES >> GRAIN_SHIFT) + 1];
    private final long[] withRoom = new long[classBytes.length];
    private long usedBytes;

    public Slabs(Pages pages, long limitBytes) {
        this.pages = pages;
        this.limitBytes = limitBytes;
        int sizeClass = 0;
        for (int grains = 0; grains < classOfGrains.length; grains++) {
            if (grains << GRAIN_SHIFT > classBytes[sizeClass]) {
                sizeClass++;
            }
            classOfGrains[grains] = (byte) sizeClass;
        }
    }

    @Override
    @HotPath("per file system operation")
    public long allocate(long sizeBytes, int alignmentBytes) {
        assert sizeBytes > 0 && (sizeBytes & alignmentBytes - 1) == 0 : "a size is a multiple of its alignment";
        assert alignmentBytes <= (sizeBytes > LARGEST_CLASS_BYTES ? Pages.PAGE_BYTES : LINE_BYTES);
        if (sizeBytes > LARGEST_CLASS_BYTES) {
            return allocatePages(sizeBytes);
        }
        int sizeClass = classOfGrains[(int) (sizeBytes + 15 >> GRAIN_SHIFT)];
        int bytes = classBytes[sizeClass];
        if (usedBytes > limitBytes - bytes) {
            return NONE;
        }
        long slab = withRoom[sizeClass];
        if (slab == NONE) {
            slab = newSlab(sizeClass);
            if (slab == NONE) {
                return NONE;
            }
        }
        usedBytes += bytes;
        return takeFrom(slab, sizeClass);
    }

    @Override
    @HotPath("per file system operation")
    public void free(long address, long sizeBytes) {
        if (address == NONE) {
            return;
        }
        if (sizeBytes > LARGEST_CLASS_BYTES) {
            freePages(address, sizeBytes);
            return;
        }
        int sizeClass = classOfGrains[(int) (sizeBytes + 15 >> GRAIN_SHIFT)];
        int bytes = classBytes[sizeClass];
        long slab = address & -slabBytes(bytes);
        int used = Memory.getInt(slab + USED);
        assert used > 0 : "an object was freed twice";
        Memory.putLong(address, Memory.getLong(slab + FREE));
        Memory.putLong(slab + FREE, address);
        Memory.putInt(slab + USED, used - 1);
        usedBytes -= bytes;
        if (used == capacity(bytes)) {
            link(slab, sizeClass);
        } else if (used == 1 && !isOnlyOne(slab)) {
            unlink(slab, sizeClass);
            pages.releaseRun(slab, slabBytes(bytes) / Pages.PAGE_BYTES);
        }
    }

    @Override
    public long usedBytes() {
        return usedBytes;
    }

    @Override
    public long limitBytes() {
        return limitBytes;
    }

    private long allocatePages(long sizeBytes) {
        if (sizeBytes > (long) Pages.PAGE_BYTES << Pages.ORDER_MAX) {
            return NONE;
        }
        long bytes = pageBytes(sizeBytes);
        if (usedBytes > limitBytes - bytes) {
            return NONE;
        }
        long count = bytes / Pages.PAGE_BYTES;
        int order = count <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(count - 1);
        long address = pages.allocate(order);
        if (address == Pages.NONE) {
            return NONE;
        }
        // Each frame is held by itself, so the unused tail of the block can go back at once.
        pages.releaseRun(address + bytes, (1L << order) - count);
        usedBytes += bytes;
        return address;
    }

    private void freePages(long address, long sizeBytes) {
        long bytes = pageBytes(sizeBytes);
        usedBytes -= bytes;
        pages.releaseRun(address, bytes / Pages.PAGE_BYTES);
    }

    private static long pageBytes(long sizeBytes) {
        return Math.max(sizeBytes, 1) + Pages.PAGE_BYTES - 1 & -Pages.PAGE_BYTES;
    }

    private long newSlab(int sizeClass) {
        long slab = pages.allocate(classBytes[sizeClass] <= SMALL_BYTES ? 0 : LARGE_SLAB_ORDER);
        if (slab != Pages.NONE) {
            Memory.fill(slab, HEADER_BYTES, (byte) 0);
            link(slab, sizeClass);
        }
        return slab;
    }

    private long takeFrom(long slab, int sizeClass) {
        int bytes = classBytes[sizeClass];
        long object = Memory.getLong(slab + FREE);
        if (object != NONE) {
            Memory.putLong(slab + FREE, Memory.getLong(object));
        } else {
            int carved = Memory.getInt(slab + CARVED);
            object = slab + HEADER_BYTES + (long) carved * bytes;
            Memory.putInt(slab + CARVED, carved + 1);
        }
        int used = Memory.getInt(slab + USED) + 1;
        Memory.putInt(slab + USED, used);
        if (used == capacity(bytes)) {
            unlink(slab, sizeClass);
        }
        return object;
    }

    private static long slabBytes(int objectBytes) {
        return objectBytes <= SMALL_BYTES ? Pages.PAGE_BYTES : (long) Pages.PAGE_BYTES << LARGE_SLAB_ORDER;
    }

    private static int capacity(int objectBytes) {
        return ((int) slabBytes(objectBytes) - HEADER_BYTES) / objectBytes;
    }

    private void link(long slab, int sizeClass) {
        long next = withRoom[sizeClass];
        Memory.putLong(slab, next);
        Memory.putLong(slab + PREVIOUS, NONE);
        if (next != NONE) {
            Memory.putLong(next + PREVIOUS, slab);
        }
        withRoom[sizeClass] = slab;
    }

    private void unlink(long slab, int sizeClass) {
        long next = Memory.getLong(slab);
        long previous = Memory.getLong(slab + PREVIOUS);
        if (previous == NONE) {
            withRoom[sizeClass] = next;
        } else {
            Memory.putLong(previous, next);
        }
        if (next != NONE) {
            Memory.putLong(next + PREVIOUS, previous);
        }
    }

    private static boolean isOnlyOne(long slab) {
        return Memory.getLong(slab) == NONE && Memory.getLong(slab + PREVIOUS) == NONE;
    }
}

package demitasse.base.memory;

import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/**
 * The kernel's own Java heap, of which there is one, as there is one {@link Memory}; it is not part of what programs
 * get.
 *
 * <p>A full heap is a panic. So what a program can make any number of (processes, open files, mappings, locks) is
 * counted, by what it takes about, and may take half of the heap together: whoever makes such a thing asks for room,
 * and answers an errno when there is none. On HotSpot there is always room.
 */
public final class JavaHeap {
    private static final int PROGRAMS_SHARE = 2;

    private static long takenBytes;

    private JavaHeap() {
    }

    /** Whether a program may have objects of so many bytes more. */
    public static boolean hasRoom(long bytes) {
        return !Memory.onMetal()
                || takenBytes + bytes <= Metal.statistic(Metal.HEAP_BYTES_MAX) / PROGRAMS_SHARE;
    }

    /** Counts objects that a program has; not refused, since not everything can be. */
    public static void take(long bytes) {
        takenBytes += bytes;
    }

    /** They are garbage now. */
    public static void give(long bytes) {
        takenBytes -= bytes;
    }

    /** How much can be allocated until the collector has to run or the heap to grow. */
    public static long freeBytes() {
        return Runtime.getRuntime().freeMemory();
    }

    /** Takes as long as there is live data: a millisecond for a small instance. */
    public static void collect() {
        System.gc();
    }

    /** Fields of demitasse_gc_statistics in demitasse.h of the compiler's runtime. */
    @Include("demitasse.h")
    private static final class Metal {
        static final int HEAP_BYTES_MAX = 7;

        @Import(name = "demitasse_gc_statistic")
        @Unmanaged
        static native long statistic(int which);
    }
}

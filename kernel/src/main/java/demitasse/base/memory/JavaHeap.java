package demitasse.base.memory;

/** The kernel's own Java heap, which is not part of what programs get. */
public final class JavaHeap {
    private JavaHeap() {
    }

    /** How much can be allocated until the collector has to run or the heap to grow. */
    public static long freeBytes() {
        return Runtime.getRuntime().freeMemory();
    }

    /** Takes as long as there is live data: a millisecond for a small instance. */
    public static void collect() {
        System.gc();
    }
}

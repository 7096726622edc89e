package demitasse.alloc;

/** The page allocator: frames with reference counts. The memory helper fills this in. */
public abstract class Pages {
    public static final long NONE = 0;

    /** 2^order consecutive frames with one reference each, or {@link #NONE}. */
    public abstract long allocate(int order);

    /** One zeroed frame with one reference, or {@link #NONE}. */
    public abstract long allocateZeroed();

    /** One more holder of a frame; initrd frames are not counted. */
    public abstract void retain(long frame);

    /** One holder less; the last one frees the frame. */
    public abstract void release(long frame);

    public abstract long totalBytes();

    public abstract long freeBytes();
}

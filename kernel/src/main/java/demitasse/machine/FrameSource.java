package demitasse.machine;

/** Where page tables get their pages: single 4 KiB frames. */
public interface FrameSource {
    long NONE = 0;

    /** A zeroed frame, owned by the caller, or {@link #NONE}. */
    long take();

    void give(long frame);

    /** How many hold a frame. */
    int holders(long frame);
}

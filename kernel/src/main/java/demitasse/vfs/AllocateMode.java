package demitasse.vfs;

/** Bits of fallocate(2). */
public final class AllocateMode {
    public static final int KEEP_SIZE = 1;
    public static final int PUNCH_HOLE = 2;
    public static final int COLLAPSE_RANGE = 8;
    public static final int ZERO_RANGE = 0x10;
    public static final int INSERT_RANGE = 0x20;

    private AllocateMode() {
    }
}

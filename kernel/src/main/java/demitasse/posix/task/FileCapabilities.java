package demitasse.posix.task;

import demitasse.base.memory.Memory;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;

/** The capabilities of an executable file, capabilities(7): its attribute of that name, struct vfs_cap_data. */
public final class FileCapabilities {
    public static final String ATTRIBUTE = "security.capability";
    /** Of revision 3, the longest: magic, permitted and inheritable in two halves, the root user of a name space. */
    public static final int BYTES = 24;
    private static final int BYTES_2 = 20;
    private static final int BYTES_1 = 12;
    private static final int REVISION = 0xff00_0000;
    private static final int REVISION_1 = 0x0100_0000;
    private static final int REVISION_2 = 0x0200_0000;
    private static final int REVISION_3 = 0x0300_0000;
    private static final int EFFECTIVE = 1;
    private static final int PERMITTED = 4;
    private static final int INHERITABLE = 8;
    private static final int HALF = 8;
    private static final int ROOT = 20;

    final boolean effective;
    final long permitted;
    final long inheritable;

    private FileCapabilities(long data, int bytes) {
        boolean wide = bytes > BYTES_1;
        effective = (Memory.getInt(data) & EFFECTIVE) != 0;
        permitted = word(data + PERMITTED, wide) & Capabilities.ALL;
        inheritable = word(data + INHERITABLE, wide) & Capabilities.ALL;
    }

    private static long word(long address, boolean wide) {
        long low = Memory.getInt(address) & 0xffff_ffffL;
        return wide ? low | (long) Memory.getInt(address + HALF) << Integer.SIZE : low;
    }

    /** Those of a file, or null: most have none. @param scratch {@link #BYTES} bytes of kernel memory */
    public static FileCapabilities of(Inode file, long scratch) {
        Name name = file.attributeName(0);
        for (int i = 1; name != null && !name.is(ATTRIBUTE); i++) {
            name = file.attributeName(i);
        }
        int bytes = name == null ? 0 : (int) file.attribute(name, scratch, BYTES);
        boolean counts = isValid(scratch, bytes) && (bytes < BYTES || Memory.getInt(scratch + ROOT) == 0);
        return counts ? new FileCapabilities(scratch, bytes) : null;
    }

    /** Whether the program has them in effect from the start. */
    public boolean isEffective() {
        return effective;
    }

    /** Whether this can be the value of such an attribute. */
    public static boolean isValid(long data, int bytes) {
        int revision = bytes < BYTES_1 ? 0 : Memory.getInt(data) & REVISION;
        return revision == REVISION_1 && bytes == BYTES_1 || revision == REVISION_2 && bytes == BYTES_2
                || revision == REVISION_3 && bytes == BYTES;
    }
}

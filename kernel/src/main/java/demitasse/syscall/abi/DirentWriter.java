package demitasse.syscall.abi;

import demitasse.base.memory.Memory;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Name;

/**
 * Writes entries as getdents64(2) and the old getdents(2) return them.
 * <pre>
 *  linux_dirent64: 0 ino  8 off  16 short reclen  18 byte type  19 name, NUL
 *  linux_dirent:   0 ino  8 off  16 short reclen  18 name, NUL, ..., byte type as the record's last
 * </pre>
 */
public final class DirentWriter implements DirectorySink {
    private static final int RECORD = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;
    private static final int OLD_NAME = 18;
    private static final int TYPE_DIRECTORY = 4;

    private final long target;
    private final int capacity;
    private final boolean old;
    private int length;
    private boolean refused;

    public DirentWriter(long target, int capacity, boolean old) {
        this.target = target;
        this.capacity = capacity;
        this.old = old;
    }

    public int length() {
        return length;
    }

    /** An entry came that had no room. */
    public boolean isFull() {
        return refused;
    }

    @Override
    public boolean entry(Name name, long inode, int type, long nextOffset) {
        if (!begin(name.length(), inode, type, nextOffset)) {
            return false;
        }
        Memory.copy(name.address(), nameAddress(), name.length());
        end(name.length());
        return true;
    }

    @Override
    public boolean dots(int count, long inode, long nextOffset) {
        if (!begin(count, inode, TYPE_DIRECTORY, nextOffset)) {
            return false;
        }
        Memory.fill(nameAddress(), count, (byte) '.');
        end(count);
        return true;
    }

    private boolean begin(int nameLength, long inode, int type, long nextOffset) {
        int bytes = recordBytes(nameLength);
        if (bytes > capacity - length) {
            refused = true;
            return false;
        }
        long record = target + length;
        Memory.fill(record, bytes, (byte) 0);
        Memory.putLong(record, inode);
        Memory.putLong(record + 8, nextOffset);
        Memory.putShort(record + RECORD, (short) bytes);
        Memory.putByte(old ? record + bytes - 1 : record + TYPE, (byte) type);
        return true;
    }

    private void end(int nameLength) {
        length += recordBytes(nameLength);
    }

    private long nameAddress() {
        return target + length + (old ? OLD_NAME : NAME);
    }

    /**
     * With the final NUL, and for the old form the type; both are one byte more than the name from its offset
     * on.
     */
    private int recordBytes(int nameLength) {
        return (old ? OLD_NAME + nameLength + 2 : NAME + nameLength + 1) + 7 & -8;
    }
}

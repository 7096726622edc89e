package demitasse.fs.tmp;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Memory;
import demitasse.vfs.Name;

/**
 * The names of a directory in kernel memory. Each name is a record with a cookie that grows from name to name
 * and is never reused, so a reader of the directory goes on at the right place whatever was removed
 * meanwhile, readdir(3).
 *
 * <p>Slots hold the records in the order of their cookies: the address, or {@code cookie * 2 + 1} once the
 * name is gone. An open-addressed index of slot numbers finds names by hash; removed slots are its
 * tombstones. Both arrays are rebuilt when the slots are used up, larger or, if most names are gone, smaller.
 * <pre>
 *  record: 0 cookie   8 node   16 int hash   20 short length   22 byte type   24 name
 * </pre>
 */
final class DirectoryTable {
    /** Cookies 0 and 1 stand for "." and "..". */
    static final long FIRST_COOKIE = 2;

    private static final int COOKIE = 0;
    private static final int NODE = 8;
    private static final int HASH = 16;
    private static final int LENGTH = 20;
    private static final int TYPE = 22;
    private static final int NAME = 24;
    private static final int SLOT_BYTES = 8;
    private static final int INDEX_BYTES = 4;
    private static final int CAPACITY_MIN = 8;

    private final Allocator allocator;

    DirectoryTable(Allocator allocator) {
        this.allocator = allocator;
    }

    static int count(long directory) {
        return Memory.getInt(directory + NodeLayout.LIVE);
    }

    static long node(long record) {
        return Memory.getLong(record + NODE);
    }

    static long cookie(long record) {
        return Memory.getLong(record + COOKIE);
    }

    static int type(long record) {
        return Memory.getByte(record + TYPE);
    }

    static void name(long record, Name out) {
        out.set(record + NAME, Memory.getUnsignedShort(record + LENGTH));
    }

    static void setNode(long record, long node, int type) {
        Memory.putLong(record + NODE, node);
        Memory.putByte(record + TYPE, (byte) type);
    }

    /** The record of a name, or 0. */
    static long find(long directory, Name name) {
        int slot = findSlot(directory, name, hash(name));
        return slot < 0 ? 0 : slotAt(directory, slot);
    }

    /** Adds a name that is not there; 0 or -ENOMEM. */
    int add(long directory, Name name, long node, int type) {
        int used = Memory.getInt(directory + NodeLayout.SLOTS_USED);
        if (used == Memory.getInt(directory + NodeLayout.SLOT_CAPACITY)) {
            int capacity = Math.max(CAPACITY_MIN, Integer.highestOneBit(count(directory)) * 4);
            if (!rebuild(directory, capacity)) {
                return -ENOMEM;
            }
            used = Memory.getInt(directory + NodeLayout.SLOTS_USED);
        }
        long record = allocator.allocate(recordBytes(name.length()), 8);
        if (record == Allocator.NONE) {
            return -ENOMEM;
        }
        long cookie = Math.max(FIRST_COOKIE, Memory.getLong(directory + NodeLayout.NEXT_COOKIE));
        Memory.putLong(directory + NodeLayout.NEXT_COOKIE, cookie + 1);
        Memory.putLong(record + COOKIE, cookie);
        Memory.putInt(record + HASH, hash(name));
        Memory.putShort(record + LENGTH, (short) name.length());
        Memory.copy(name.address(), record + NAME, name.length());
        setNode(record, node, type);
        putSlot(directory, used, record);
        index(directory, used, hash(name));
        Memory.putInt(directory + NodeLayout.SLOTS_USED, used + 1);
        Memory.putInt(directory + NodeLayout.LIVE, count(directory) + 1);
        return 0;
    }

    /** Removes a name that is there. */
    void remove(long directory, Name name) {
        int slot = findSlot(directory, name, hash(name));
        assert slot >= 0 : "the name is in the directory";
        long record = slotAt(directory, slot);
        putSlot(directory, slot, cookie(record) << 1 | 1);
        allocator.free(record, recordBytes(Memory.getUnsignedShort(record + LENGTH)));
        int live = count(directory) - 1;
        Memory.putInt(directory + NodeLayout.LIVE, live);
        int capacity = Memory.getInt(directory + NodeLayout.SLOT_CAPACITY);
        if (live == 0) {
            release(directory);
        } else if (capacity > CAPACITY_MIN * 8 && live <= capacity / 8) {
            // Without memory for smaller arrays the large ones go on serving.
            rebuild(directory, capacity / 4);
        }
    }

    /** The first record with this cookie or a later one, or 0. */
    static long from(long directory, long cookie) {
        int low = 0;
        int high = Memory.getInt(directory + NodeLayout.SLOTS_USED);
        int used = high;
        while (low < high) {
            int middle = low + high >>> 1;
            if (cookieAt(directory, middle) < cookie) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        while (low < used && isHole(slotAt(directory, low))) {
            low++;
        }
        return low < used ? slotAt(directory, low) : 0;
    }

    /** Gives the arrays of an empty directory back. */
    void release(long directory) {
        assert count(directory) == 0 : "only an empty directory goes";
        freeArrays(directory);
        Memory.putLong(directory + NodeLayout.ROOT, 0);
        Memory.putLong(directory + NodeLayout.INDEX, 0);
        Memory.putInt(directory + NodeLayout.SLOT_CAPACITY, 0);
        Memory.putInt(directory + NodeLayout.SLOTS_USED, 0);
        Memory.putInt(directory + NodeLayout.INDEX_CAPACITY, 0);
    }

    private boolean rebuild(long directory, int capacity) {
        int indexCapacity = capacity * 2;
        long slots = allocator.allocate((long) capacity * SLOT_BYTES, 8);
        long index = slots == Allocator.NONE ? slots
                : allocator.allocate((long) indexCapacity * INDEX_BYTES, 8);
        if (index == Allocator.NONE) {
            allocator.free(slots, (long) capacity * SLOT_BYTES);
            return false;
        }
        Memory.fill(index, (long) indexCapacity * INDEX_BYTES, (byte) 0);
        int used = Memory.getInt(directory + NodeLayout.SLOTS_USED);
        int kept = 0;
        for (int i = 0; i < used; i++) {
            long record = slotAt(directory, i);
            if (!isHole(record)) {
                Memory.putLong(slots + (long) kept++ * SLOT_BYTES, record);
            }
        }
        freeArrays(directory);
        Memory.putLong(directory + NodeLayout.ROOT, slots);
        Memory.putLong(directory + NodeLayout.INDEX, index);
        Memory.putInt(directory + NodeLayout.SLOT_CAPACITY, capacity);
        Memory.putInt(directory + NodeLayout.SLOTS_USED, kept);
        Memory.putInt(directory + NodeLayout.INDEX_CAPACITY, indexCapacity);
        for (int i = 0; i < kept; i++) {
            index(directory, i, Memory.getInt(slotAt(directory, i) + HASH));
        }
        return true;
    }

    private void freeArrays(long directory) {
        long slotCapacity = Memory.getInt(directory + NodeLayout.SLOT_CAPACITY);
        long indexCapacity = Memory.getInt(directory + NodeLayout.INDEX_CAPACITY);
        allocator.free(Memory.getLong(directory + NodeLayout.ROOT), slotCapacity * SLOT_BYTES);
        allocator.free(Memory.getLong(directory + NodeLayout.INDEX), indexCapacity * INDEX_BYTES);
    }

    private static int findSlot(long directory, Name name, int hash) {
        long index = Memory.getLong(directory + NodeLayout.INDEX);
        if (index == 0) {
            return -1;
        }
        int mask = Memory.getInt(directory + NodeLayout.INDEX_CAPACITY) - 1;
        int at = hash & mask;
        while (true) {
            int slot = Memory.getInt(index + (long) at * INDEX_BYTES) - 1;
            if (slot < 0) {
                return -1;
            }
            long record = slotAt(directory, slot);
            if (!isHole(record) && matches(record, name, hash)) {
                return slot;
            }
            at = at + 1 & mask;
        }
    }

    private static void index(long directory, int slot, int hash) {
        long index = Memory.getLong(directory + NodeLayout.INDEX);
        int mask = Memory.getInt(directory + NodeLayout.INDEX_CAPACITY) - 1;
        int at = hash & mask;
        while (Memory.getInt(index + (long) at * INDEX_BYTES) != 0) {
            at = at + 1 & mask;
        }
        Memory.putInt(index + (long) at * INDEX_BYTES, slot + 1);
    }

    private static boolean matches(long record, Name name, int hash) {
        return Memory.getInt(record + HASH) == hash
                && Memory.getUnsignedShort(record + LENGTH) == name.length()
                && Memory.compare(record + NAME, name.address(), name.length()) == 0;
    }

    private static long slotAt(long directory, int slot) {
        return Memory.getLong(Memory.getLong(directory + NodeLayout.ROOT) + (long) slot * SLOT_BYTES);
    }

    private static void putSlot(long directory, int slot, long value) {
        Memory.putLong(Memory.getLong(directory + NodeLayout.ROOT) + (long) slot * SLOT_BYTES, value);
    }

    private static long cookieAt(long directory, int slot) {
        long value = slotAt(directory, slot);
        return isHole(value) ? value >>> 1 : cookie(value);
    }

    private static boolean isHole(long slot) {
        return (slot & 1) != 0;
    }

    private static long recordBytes(int nameLength) {
        return NAME + nameLength + 7 & -8;
    }

    private static int hash(Name name) {
        int hash = 0;
        for (int i = 0; i < name.length(); i++) {
            hash = hash * 31 + name.at(i);
        }
        hash *= 0x9e3779b1;
        return hash ^ hash >>> 15;
    }
}

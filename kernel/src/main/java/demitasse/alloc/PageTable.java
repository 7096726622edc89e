package demitasse.alloc;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;

/**
 * x86-64 four-level page tables for the user half, Intel SDM vol. 3 §4.5: 4 KiB pages, tables in frames.
 *
 * <pre>
 *  leaf   63 NX | 51..12 physical address | 10 lent | 9 kept | 6 D | 5 A | 2 US | 1 RW | 0 P
 *  table  61..52 live entries below | 51..12 physical address | 5 A | 2 US | 1 RW | 0 P
 * </pre>
 *
 * A page that denies everything loses P, so the CPU ignores the entry, but stays on record by bit 9, which
 * hardware leaves to software. Bit 10 remembers that a page lost RW to {@link #copyTo} alone. Entries that
 * point to tables have bits 62..52 to themselves (§4.5.4): they
 * count the live entries of the table, so that the last unmap gives it back without a scan.
 *
 * <p>A physical address is {@code frame - physicalBase}. Where no CPU walks the tables, the base may be
 * anything that leaves 52 bits; 0 will do for a kernel that lives in the lower 47 bits of a host process.
 */
public final class PageTable {
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_BYTES = 1L << PAGE_SHIFT;
    private static final int INDEX_BITS = 9;
    private static final int ENTRIES = 1 << INDEX_BITS;
    private static final int ENTRY_BYTES = 8;
    private static final int LEVELS = 4;
    /** Top-level entries that belong to the user half; the rest is the platform's. */
    private static final int USER_ENTRIES = (int) (AddressSpace.USER_END - 1 >>> 39) + 1;

    private static final long PRESENT = 1;
    private static final long WRITABLE = 1 << 1;
    private static final long USER = 1 << 2;
    private static final long ACCESSED = 1 << 5;
    private static final long DIRTY = 1 << 6;
    private static final long KEPT = 1 << 9;
    private static final long LENT = 1 << 10;
    private static final long NO_EXECUTE = 1L << 63;
    private static final long PHYSICAL_MASK = 0x000f_ffff_ffff_f000L;
    private static final int COUNT_SHIFT = 52;
    private static final long COUNT_ONE = 1L << COUNT_SHIFT;
    private static final long COUNT_MASK = 0x3ffL << COUNT_SHIFT;
    private static final long TABLE_FLAGS = PRESENT | WRITABLE | USER | ACCESSED;

    private final FrameSource frames;
    private final long physicalBase;
    private final long root;

    /**
     * @param root an empty top-level table, which this object owns from now on
     * @param physicalBase what is subtracted from a frame's kernel address to get its physical address
     */
    public PageTable(FrameSource frames, long root, long physicalBase) {
        this.frames = frames;
        this.root = root;
        this.physicalBase = physicalBase;
    }

    /** An empty page table, or null when there is no frame for its top level. */
    public static PageTable create(FrameSource frames, long physicalBase) {
        long root = frames.take();
        return root == FrameSource.NONE ? null : new PageTable(frames, root, physicalBase);
    }

    /** The frame of the top-level table. The platform may fill the entries above the user half. */
    public long root() {
        return root;
    }

    /**
     * Maps consecutive frames, replacing what was there. Any protection but 0 allows reading, as on x86.
     *
     * @return 0, or -ENOMEM without a frame for a table: then nothing has changed
     */
    public int map(long address, long lengthBytes, int protection, long frame) {
        assert isUserRange(address, lengthBytes) : "the range is page aligned and inside the user half";
        assert (frame & PAGE_BYTES - 1) == 0 : "a frame is page aligned";
        long end = address + lengthBytes;
        for (long at = address; at < end; at = nextTable(at, 1)) {
            if (ensureLeafTable(at) == 0) {
                prune(address, at);
                return -ENOMEM;
            }
        }
        long bits = leafBits(protection) + (frame - physicalBase);
        for (long at = address; at < end;) {
            long stop = Math.min(end, nextTable(at, 1));
            mapInTable(at, stop, bits);
            bits += stop - at;
            at = stop;
        }
        return 0;
    }

    private void mapInTable(long address, long end, long firstBits) {
        long parent = parentEntry(address, 1);
        long entry = tableOf(Memory.getLong(parent)) + offset(address, 1);
        long bits = firstBits;
        long added = 0;
        for (long at = address; at < end; at += PAGE_BYTES) {
            if (Memory.getLong(entry) == 0) {
                added += COUNT_ONE;
            }
            Memory.putLong(entry, bits);
            entry += ENTRY_BYTES;
            bits += PAGE_BYTES;
        }
        Memory.putLong(parent, Memory.getLong(parent) + added);
    }

    /** Changes the protection of the pages that are mapped in the range; 0 keeps them but denies all. */
    public void protect(long address, long lengthBytes, int protection) {
        assert isUserRange(address, lengthBytes) : "the range is page aligned and inside the user half";
        long bits = leafBits(protection);
        long end = address + lengthBytes;
        for (long at = nextMapped(address, end); at < end; at = nextMapped(at, end)) {
            long stop = Math.min(end, nextTable(at, 1));
            protectInTable(at, stop, bits);
            at = stop;
        }
    }

    private void protectInTable(long address, long end, long bits) {
        long entry = tableOf(Memory.getLong(parentEntry(address, 1))) + offset(address, 1);
        for (long at = address; at < end; at += PAGE_BYTES) {
            long value = Memory.getLong(entry);
            if (value != 0) {
                Memory.putLong(entry, value & PHYSICAL_MASK | bits);
            }
            entry += ENTRY_BYTES;
        }
    }

    /**
     * Puts the pages of a range into another table too, where that has none.
     *
     * @param unwritable takes the permission to write away, here and there
     * @return 0, or -ENOMEM without a frame for a table: then a part may be there
     */
    public int copyTo(PageTable twin, long address, long lengthBytes, boolean unwritable) {
        assert isUserRange(address, lengthBytes) : "the range is page aligned and inside the user half";
        assert twin.physicalBase == physicalBase : "both are tables of one machine";
        long end = address + lengthBytes;
        for (long at = nextMapped(address, end); at < end; at = nextMapped(at, end)) {
            if (twin.ensureLeafTable(at) == 0) {
                twin.prune(at, at);
                return -ENOMEM;
            }
            long stop = Math.min(end, nextTable(at, 1));
            copyInTable(twin, at, stop, unwritable);
            at = stop;
        }
        return 0;
    }

    private void copyInTable(PageTable twin, long address, long end, boolean unwritable) {
        long entry = tableOf(Memory.getLong(parentEntry(address, 1))) + offset(address, 1);
        long parent = twin.parentEntry(address, 1);
        long target = tableOf(Memory.getLong(parent)) + offset(address, 1);
        long added = 0;
        for (long at = address; at < end; at += PAGE_BYTES) {
            long value = Memory.getLong(entry);
            if (value != 0) {
                assert Memory.getLong(target) == 0 : "a copy goes where nothing is";
                added += COUNT_ONE;
                if (unwritable && (value & WRITABLE) != 0) {
                    value = value & ~(WRITABLE | DIRTY) | LENT;
                }
                Memory.putLong(entry, value);
                Memory.putLong(target, value);
            }
            entry += ENTRY_BYTES;
            target += ENTRY_BYTES;
        }
        Memory.putLong(parent, Memory.getLong(parent) + added);
    }

    /**
     * The first page at or after {@code address} and below {@code limit} that another table maps otherwise, or only one
     * of the two maps; {@code limit} if none is.
     */
    public long nextDifference(PageTable other, long address, long limit) {
        long end = Math.min(limit, AddressSpace.USER_END);
        long at = Math.max(address, 0) & -PAGE_BYTES;
        while (at < end) {
            long one = root;
            long two = other.root;
            int level = LEVELS;
            while (level > 1) {
                long below = one == 0 ? 0 : tableAt(one, at, level);
                long otherBelow = two == 0 ? 0 : tableAt(two, at, level);
                if (below == 0 && otherBelow == 0) {
                    break;
                }
                one = below;
                two = otherBelow;
                level--;
            }
            if (level > 1) {
                at = nextLive(one == 0 ? two : one, two == 0 ? one : two, at, level, end);
                continue;
            }
            long stop = Math.min(end, nextTable(at, 1));
            at = differenceInTables(one, two, at, stop);
            if (at < stop) {
                return at;
            }
        }
        return limit;
    }

    private long tableAt(long table, long address, int level) {
        long value = Memory.getLong(table + offset(address, level));
        return value == 0 ? 0 : tableOf(value);
    }

    /**
     * Where the next live entry of one of two tables of a level begins, after that of {@code address}; or where the
     * tables end, or something beyond {@code end}. Address spaces are mostly holes, and going down from the top for
     * each empty entry was half of a fork.
     */
    private static long nextLive(long one, long two, long address, int level, long end) {
        long span = 1L << shift(level);
        long stop = Math.min(end, nextTable(address, level));
        long offset = offset(address, level) + ENTRY_BYTES;
        long at = (address | span - 1) + 1;
        while (at < stop && (Memory.getLong(one + offset) | Memory.getLong(two + offset)) == 0) {
            at += span;
            offset += ENTRY_BYTES;
        }
        return at;
    }

    /** The first page that two leaf tables have otherwise, one of which may be missing (0); {@code stop} if none. */
    private static long differenceInTables(long one, long two, long address, long stop) {
        long at = address;
        long offset = offset(address, 1);
        if (one != 0 && two != 0) {
            while (at < stop && Memory.getLong(one + offset) == Memory.getLong(two + offset)) {
                at += PAGE_BYTES;
                offset += ENTRY_BYTES;
            }
            return at;
        }
        long table = one + two;
        while (at < stop && Memory.getLong(table + offset) == 0) {
            at += PAGE_BYTES;
            offset += ENTRY_BYTES;
        }
        return at;
    }

    /** Whether a page can be written, or could if it had not been copied; false where nothing is. */
    public boolean isOwnedForWriting(long address) {
        if (translate(address) == 0) {
            return false;
        }
        long value = Memory.getLong(tableOf(Memory.getLong(parentEntry(address, 1))) + offset(address, 1));
        return (value & (WRITABLE | LENT)) != 0;
    }

    /** Two tables exchange what they have mapped at a page, which both may write from now on. */
    public void exchange(PageTable other, long address) {
        long mine = tableOf(Memory.getLong(parentEntry(address, 1))) + offset(address, 1);
        long others = tableOf(Memory.getLong(other.parentEntry(address, 1))) + offset(address, 1);
        long value = Memory.getLong(mine);
        assert value != 0 && Memory.getLong(others) != 0 : "only present pages are exchanged";
        Memory.putLong(mine, Memory.getLong(others) & ~LENT | WRITABLE | DIRTY);
        Memory.putLong(others, value & ~LENT | WRITABLE | DIRTY);
    }

    /** Removes the pages that are mapped in the range, and the tables that become empty. */
    public void unmap(long address, long lengthBytes) {
        assert isUserRange(address, lengthBytes) : "the range is page aligned and inside the user half";
        long end = address + lengthBytes;
        for (long at = nextMapped(address, end); at < end; at = nextMapped(at, end)) {
            long stop = Math.min(end, nextTable(at, 1));
            unmapInTable(at, stop);
            at = stop;
        }
    }

    private void unmapInTable(long address, long end) {
        long parent = parentEntry(address, 1);
        long entry = tableOf(Memory.getLong(parent)) + offset(address, 1);
        long removed = 0;
        for (long at = address; at < end; at += PAGE_BYTES) {
            if (Memory.getLong(entry) != 0) {
                removed += COUNT_ONE;
                Memory.putLong(entry, 0);
            }
            entry += ENTRY_BYTES;
        }
        long value = Memory.getLong(parent) - removed;
        Memory.putLong(parent, value);
        if ((value & COUNT_MASK) == 0) {
            prunePath(address);
        }
    }

    /** The frame of a page | READ, WRITE, EXECUTE of {@link AddressSpace}; 0 when nothing is mapped. */
    @HotPath("per system call")
    public long translate(long address) {
        if (address < 0 || address >= AddressSpace.USER_END) {
            return 0;
        }
        long value = Memory.getLong(root + offset(address, 4));
        if (value == 0) {
            return 0;
        }
        value = Memory.getLong(tableOf(value) + offset(address, 3));
        if (value == 0) {
            return 0;
        }
        value = Memory.getLong(tableOf(value) + offset(address, 2));
        if (value == 0) {
            return 0;
        }
        value = Memory.getLong(tableOf(value) + offset(address, 1));
        return value == 0 ? 0 : tableOf(value) | protectionOf(value);
    }

    /**
     * The first page at or after {@code address} and below {@code limit} that is mapped; {@code limit} if
     * none is.
     */
    public long nextMapped(long address, long limit) {
        long end = Math.min(limit, AddressSpace.USER_END);
        long at = Math.max(address, 0) & -PAGE_BYTES;
        while (at < end) {
            long table = root;
            int level = LEVELS;
            long value = Memory.getLong(table + offset(at, level));
            while (value != 0 && level > 1) {
                table = tableOf(value);
                level--;
                value = Memory.getLong(table + offset(at, level));
            }
            if (value != 0) {
                return at;
            }
            at = nextLive(table, table, at, level, end);
        }
        return limit;
    }

    /** Gives all tables back. */
    public void destroy() {
        for (int i = 0; i < USER_ENTRIES; i++) {
            long value = Memory.getLong(root + (long) i * ENTRY_BYTES);
            if (value != 0) {
                giveTable(value, LEVELS - 1);
            }
        }
        frames.give(root);
    }

    /** Gives back the table that an entry points to, and those below. */
    private void giveTable(long entry, int level) {
        long table = tableOf(entry);
        long live = level > 1 ? entry & COUNT_MASK : 0;
        for (long at = table; live != 0; at += ENTRY_BYTES) {
            long value = Memory.getLong(at);
            if (value != 0) {
                giveTable(value, level - 1);
                live -= COUNT_ONE;
            }
        }
        frames.give(table);
    }

    /**
     * The address of the entry that points to the leaf table of a page, made if need be; 0 without a frame.
     */
    private long ensureLeafTable(long address) {
        long parent = 0;
        long entry = root + offset(address, LEVELS);
        for (int level = LEVELS; level > 1; level--) {
            long value = ensureTable(entry, parent);
            if (value == 0) {
                return 0;
            }
            parent = entry;
            entry = tableOf(value) + offset(address, level - 1);
        }
        return parent;
    }

    /** The value of an entry that points to a table; a new one is counted in the entry's own parent. */
    private long ensureTable(long entry, long parent) {
        long value = Memory.getLong(entry);
        if (value != 0) {
            return value;
        }
        long table = frames.take();
        if (table == FrameSource.NONE) {
            return 0;
        }
        value = table - physicalBase | TABLE_FLAGS;
        Memory.putLong(entry, value);
        if (parent != 0) {
            Memory.putLong(parent, Memory.getLong(parent) + COUNT_ONE);
        }
        return value;
    }

    /** The address of the entry that points to the table of the given level, all of which exist. */
    private long parentEntry(long address, int level) {
        long entry = root + offset(address, LEVELS);
        for (int above = LEVELS; above > level + 1; above--) {
            entry = tableOf(Memory.getLong(entry)) + offset(address, above - 1);
        }
        return entry;
    }

    /** Gives back the empty tables on the ways to the pages of a range; the last way may end early. */
    private void prune(long address, long last) {
        for (long at = address; at <= last; at = nextTable(at, 1)) {
            prunePath(at);
        }
    }

    /** Gives back the empty tables on the way to a page, lowest first. */
    private void prunePath(long address) {
        for (int level = 1; level < LEVELS; level++) {
            if (depth(address) > level) {
                continue;
            }
            long entry = parentEntry(address, level);
            long value = Memory.getLong(entry);
            if (value == 0) {
                continue;
            }
            if ((value & COUNT_MASK) != 0) {
                return;
            }
            Memory.putLong(entry, 0);
            frames.give(tableOf(value));
            if (level + 1 < LEVELS) {
                long parent = parentEntry(address, level + 1);
                Memory.putLong(parent, Memory.getLong(parent) - COUNT_ONE);
            }
        }
    }

    /** The level of the lowest table that exists on the way to a page: 4 is the top level, 1 the leaf. */
    private int depth(long address) {
        long table = root;
        for (int level = LEVELS; level > 1; level--) {
            long value = Memory.getLong(table + offset(address, level));
            if (value == 0) {
                return level;
            }
            table = tableOf(value);
        }
        return 1;
    }

    private long tableOf(long value) {
        return (value & PHYSICAL_MASK) + physicalBase;
    }

    private static long leafBits(int protection) {
        if ((protection & AddressSpace.PROTECTION_MASK) == 0) {
            return KEPT | USER | NO_EXECUTE;
        }
        long bits = KEPT | PRESENT | USER | ACCESSED;
        if ((protection & AddressSpace.WRITE) != 0) {
            // Set at once, because the kernel's own writes through the direct map would not set it.
            bits |= WRITABLE | DIRTY;
        }
        return (protection & AddressSpace.EXECUTE) != 0 ? bits : bits | NO_EXECUTE;
    }

    private static int protectionOf(long value) {
        if ((value & PRESENT) == 0) {
            return 0;
        }
        int protection = AddressSpace.READ;
        if ((value & WRITABLE) != 0) {
            protection |= AddressSpace.WRITE;
        }
        return value < 0 ? protection : protection | AddressSpace.EXECUTE;
    }

    private static int shift(int level) {
        return PAGE_SHIFT + INDEX_BITS * (level - 1);
    }

    /** The offset of an address' entry in a table of the given level. */
    private static long offset(long address, int level) {
        return (address >>> shift(level) & ENTRIES - 1) * ENTRY_BYTES;
    }

    /** The first address that is not covered by the same table of the given level. */
    private static long nextTable(long address, int level) {
        long span = 1L << shift(level + 1);
        return (address | span - 1) + 1;
    }

    private static boolean isUserRange(long address, long lengthBytes) {
        return ((address | lengthBytes) & PAGE_BYTES - 1) == 0 && address >= 0 && lengthBytes >= 0
                && lengthBytes <= AddressSpace.USER_END && address <= AddressSpace.USER_END - lengthBytes;
    }
}

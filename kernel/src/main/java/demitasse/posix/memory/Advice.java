package demitasse.posix.memory;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.vfs.AllocateMode;

/** madvise(2), msync(2), mincore(2): what may be asked about ranges that are mapped already. */
public final class Advice {
    public static final int MADV_NORMAL = 0;
    public static final int MADV_RANDOM = 1;
    public static final int MADV_SEQUENTIAL = 2;
    public static final int MADV_WILLNEED = 3;
    public static final int MADV_DONTNEED = 4;
    public static final int MADV_FREE = 8;
    public static final int MADV_REMOVE = 9;
    public static final int MADV_DONTFORK = 10;
    public static final int MADV_DOFORK = 11;
    public static final int MADV_MERGEABLE = 12;
    public static final int MADV_UNMERGEABLE = 13;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_NOHUGEPAGE = 15;
    public static final int MADV_DONTDUMP = 16;
    public static final int MADV_DODUMP = 17;
    public static final int MADV_WIPEONFORK = 18;
    public static final int MADV_KEEPONFORK = 19;
    public static final int MADV_COLD = 20;
    public static final int MADV_PAGEOUT = 21;
    public static final int MADV_POPULATE_READ = 22;
    public static final int MADV_POPULATE_WRITE = 23;
    public static final int MADV_DONTNEED_LOCKED = 24;

    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    private Advice() {
    }

    /** Whether madvise(2) knows the advice, of those this kernel heeds or may ignore. */
    public static boolean isKnown(int advice) {
        return advice >= MADV_NORMAL && advice <= MADV_DONTNEED
                || advice >= MADV_FREE && advice <= MADV_DONTNEED_LOCKED;
    }

    /**
     * Applies a known advice to a page-aligned range.
     *
     * @return 0; -ENOMEM when a part is not mapped (the rest was still advised); -EINVAL or -EACCES where
     *         the advice does not fit; -EPERM for what is sealed
     */
    public static int advise(UserSpace space, long start, long end, int advice) {
        Mappings mappings = space.mappings();
        boolean hole = false;
        long at = start;
        while (at < end) {
            // Looked up each time: setting a flag cuts and joins mappings.
            int index = mappings.indexFrom(at);
            if (index == mappings.count() || mappings.at(index).start >= end) {
                return -ENOMEM;
            }
            Mapping mapping = mappings.at(index);
            hole |= mapping.start > at;
            long to = Math.min(end, mapping.end);
            if (discards(advice) && isSealed(mapping)) {
                return -EPERM;
            }
            int result = adviseMapping(space, mapping, Math.max(at, mapping.start), to, advice);
            if (result < 0) {
                return result;
            }
            at = to;
        }
        return hole ? -ENOMEM : 0;
    }

    /** Whether the advice takes away, from this process or its children, what is in memory. */
    private static boolean discards(int advice) {
        return advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_DONTNEED_LOCKED
                || advice == MADV_REMOVE || advice == MADV_DONTFORK || advice == MADV_WIPEONFORK;
    }

    /** Sealed memory that could not be written to either is not to lose what it holds, mseal(2). */
    private static boolean isSealed(Mapping mapping) {
        return mapping.has(Mapping.SEALED) && mapping.isAnonymous()
                && (mapping.protection & MapFlags.PROT_WRITE) == 0;
    }

    /** mseal(2) of a page-aligned range: 0, or -ENOMEM when a part is not mapped. */
    public static int seal(UserSpace space, long start, long end) {
        return isMapped(space, start, end) ? flag(space, start, end, Mapping.SEALED, true) : -ENOMEM;
    }

    private static int adviseMapping(UserSpace space, Mapping mapping, long from, long to, int advice) {
        switch (advice) {
            case MADV_DONTNEED, MADV_DONTNEED_LOCKED -> {
                if (mapping.has(Mapping.KERNEL) || mapping.has(Mapping.LOCKED) && advice == MADV_DONTNEED) {
                    return -EINVAL;
                }
                space.resident().drop(from, to);
                return 0;
            }
            case MADV_COLD, MADV_PAGEOUT -> {
                return mapping.has(Mapping.LOCKED) ? -EINVAL : 0;
            }
            case MADV_FREE -> {
                if (!mapping.isAnonymous() || mapping.has(Mapping.KERNEL) || mapping.has(Mapping.LOCKED)) {
                    return -EINVAL;
                }
                // The pages may go at any time from now on: now is such a time, and nothing has to remember
                // it.
                space.resident().drop(from, to);
                return 0;
            }
            case MADV_REMOVE -> {
                return remove(mapping, from, to);
            }
            case MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_WILLNEED -> {
                return populate(space, mapping, from, to, advice);
            }
            case MADV_DONTFORK -> {
                return flag(space, from, to, Mapping.NOT_FORKED, true);
            }
            case MADV_DOFORK -> {
                return flag(space, from, to, Mapping.NOT_FORKED, false);
            }
            case MADV_WIPEONFORK -> {
                return mapping.isAnonymous() ? flag(space, from, to, Mapping.WIPED_ON_FORK, true) : -EINVAL;
            }
            case MADV_DONTDUMP, MADV_DODUMP -> {
                return flag(space, from, to, Mapping.NOT_DUMPED, advice == MADV_DONTDUMP);
            }
            case MADV_KEEPONFORK -> {
                return flag(space, from, to, Mapping.WIPED_ON_FORK, false);
            }
            default -> {
                return 0;
            }
        }
    }

    /** A hole in the file behind, as fallocate(2) makes one. */
    private static int remove(Mapping mapping, long from, long to) {
        if (mapping.isAnonymous() || mapping.has(Mapping.LOCKED)) {
            return -EINVAL;
        }
        if (!mapping.mayWrite()) {
            return -EACCES;
        }
        return mapping.source.allocate(AllocateMode.PUNCH_HOLE | AllocateMode.KEEP_SIZE,
                mapping.offset + from - mapping.start, to - from);
    }

    private static int populate(UserSpace space, Mapping mapping, long from, long to, int advice) {
        if (advice == MADV_WILLNEED) {
            return 0;
        }
        int needed = advice == MADV_POPULATE_WRITE ? MapFlags.PROT_WRITE : MapFlags.PROT_READ;
        if ((mapping.protection & needed) == 0) {
            return -EINVAL;
        }
        for (long page = from; page < to; page += PAGE_BYTES) {
            int fault = space.bringIn(page, needed);
            if (fault == Fault.NO_MEMORY) {
                return -ENOMEM;
            }
            if (fault != Fault.HANDLED) {
                return -EFAULT;
            }
        }
        return 0;
    }

    /** PR_SET_VMA_ANON_NAME of a page-aligned range: 0, -EBADF for a file's memory, -ENOMEM as {@link #advise}. */
    public static int name(UserSpace space, long start, long end, byte[] name) {
        Mappings mappings = space.mappings();
        if (!mappings.hasRoomFor(2)) {
            return -ENOMEM;
        }
        int result = isMapped(space, start, end) ? 0 : -ENOMEM;
        int first = mappings.splitAt(start);
        int last = mappings.splitAt(end);
        for (int i = first; i < last && result != -EBADF; i++) {
            if (mappings.at(i).file != null || mappings.at(i).has(Mapping.KERNEL)) {
                result = -EBADF;
            } else {
                mappings.at(i).name = name;
            }
        }
        mappings.mergeAround(start, end);
        return result;
    }

    static int flag(UserSpace space, long from, long to, int flag, boolean on) {
        Mappings mappings = space.mappings();
        if (!mappings.hasRoomFor(2)) {
            return -ENOMEM;
        }
        int first = mappings.splitAt(from);
        int last = mappings.splitAt(to);
        for (int i = first; i < last; i++) {
            Mapping mapping = mappings.at(i);
            mapping.flags = on ? mapping.flags | flag : mapping.flags & ~flag;
        }
        mappings.mergeAround(from, to);
        return 0;
    }

    /** msync(2) MS_SYNC: what is written to shared files from now on changes their times anew. */
    public static void noteWritesAgain(UserSpace space, long start, long end) {
        Mappings mappings = space.mappings();
        for (int i = mappings.indexFrom(start); i < mappings.count() && mappings.at(i).start < end; i++) {
            Mapping one = mappings.at(i);
            if (one.notesWrites()) {
                space.resident().protect(Math.max(start, one.start), Math.min(end, one.end),
                        one.unwrittenProtection());
            }
        }
    }

    /**
     * A page as pagemap.rst of Linux has it: bit 63 it is present, 61 it is a file's or shared memory's, 56 nobody else
     * has it, and the number of its frame.
     */
    public static long pageState(UserSpace space, long page) {
        Mapping mapping = space.mappings().find(page);
        long frame = mapping == null ? 0 : space.resident().translate(page) & -PAGE_BYTES;
        if (frame == 0) {
            return 0;
        }
        boolean of = MemoryUse.isOfFile(mapping, page, frame);
        // A file holds its pages too.
        boolean alone = space.pages().holders(frame) == (of ? 2 : 1);
        return 1L << 63 | (of ? 1L << 61 : 0) | (alone ? 1L << 56 : 0)
                | space.pages().numberOf(frame);
    }

    /** Whether every page of a range is mapped, as msync(2), mlock(2) and mincore(2) demand. */
    public static boolean isMapped(UserSpace space, long start, long end) {
        Mappings mappings = space.mappings();
        long at = start;
        for (int i = mappings.indexFrom(start); at < end; i++) {
            if (i == mappings.count() || mappings.at(i).start > at) {
                return false;
            }
            at = mappings.at(i).end;
        }
        return true;
    }

    /**
     * Writes a byte per page: 1 for those in memory, mincore(2). A file's pages count even before they are
     * mapped.
     *
     * @param target kernel memory for one byte per page
     */
    public static void residency(UserSpace space, long start, long end, long target) {
        for (long page = start; page < end; page += PAGE_BYTES) {
            Mapping mapping = space.mappings().find(page);
            boolean in = space.resident().translate(page) != 0;
            if (!in && mapping != null && mapping.source != null && !mapping.has(Mapping.KERNEL)) {
                long frame = mapping.source.page(mapping.pageIndex(page), false);
                in = frame > 0 || frame < -4095;
            }
            Memory.putByte(target + (page - start) / PAGE_BYTES, (byte) (in ? 1 : 0));
        }
    }
}

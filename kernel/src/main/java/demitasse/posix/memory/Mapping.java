package demitasse.posix.memory;

import demitasse.machine.AddressSpace;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileView;
import demitasse.vfs.Inode;
import java.util.Arrays;

/** A range of user addresses with one meaning; vm_area_struct of Linux. */
public final class Mapping extends FileView {
    /** Every process sees the same pages, mmap(2) MAP_SHARED. */
    static final int SHARED = 1;
    /** A stack: grows into the free space below it, mmap(2) MAP_GROWSDOWN. */
    static final int GROWS_DOWN = 2;
    /** mprotect(2) may never allow writing: a shared mapping of a file that was opened for reading. */
    static final int NEVER_WRITABLE = 4;
    /** The kernel's own (vDSO, stub windows): programs can neither change nor remove it. */
    static final int KERNEL = 8;
    /** madvise(2) MADV_DONTFORK. */
    static final int NOT_FORKED = 16;
    /** madvise(2) MADV_WIPEONFORK. */
    static final int WIPED_ON_FORK = 32;
    /** mlock(2); not inherited by fork(2). */
    static final int LOCKED = 64;
    /** Is not brought in for that, mlock2(2) MLOCK_ONFAULT. */
    static final int LOCKED_ON_FAULT = 128;
    /** mseal(2): programs can neither change nor remove it. */
    static final int SEALED = 256;
    /** madvise(2) MADV_DONTDUMP. */
    static final int NOT_DUMPED = 512;
    private static final int PAGE_SHIFT = 12;

    private final ResidentPages resident;
    long start;
    long end;
    int protection;
    int flags;
    /**
     * Where pages come from; null for private anonymous memory. Held by {@link #file} or by a count of its
     * own.
     */
    Inode source;
    /** The open file; null for memory without one. One reference is held. */
    FileHandle file;
    /** What the program calls it, PR_SET_VMA_ANON_NAME; null for nothing. */
    byte[] name;
    /** The place in the source of the first byte; for anonymous memory 0. */
    long offset;
    /** What mbind(2) has said; null for the policy of the thread. */
    MemoryPolicy policy;

    Mapping(ResidentPages resident, long start, long end, int protection, int flags) {
        this.resident = resident;
        this.start = start;
        this.end = end;
        this.protection = protection;
        this.flags = flags;
    }

    /** A second mapping of the same object for a part of the range; holds it too. */
    Mapping part(long newStart, long newEnd) {
        Mapping part = new Mapping(resident, newStart, newEnd, protection, flags);
        part.policy = policy;
        part.name = name;
        part.attach(source, file, offset + (source == null ? 0 : newStart - start));
        return part;
    }

    /** The same mapping in another address space, which holds the object too. */
    Mapping twin(ResidentPages twinResident) {
        Mapping twin = new Mapping(twinResident, start, end, protection, flags & ~(LOCKED | LOCKED_ON_FAULT));
        twin.policy = policy;
        twin.name = name;
        twin.attach(source, file, offset);
        return twin;
    }

    void attach(Inode newSource, FileHandle newFile, long newOffset) {
        source = newSource;
        file = newFile;
        offset = newOffset;
        if (file != null) {
            file.retain();
        } else if (source != null) {
            source.retained();
        }
        if (source != null) {
            source.addView(this);
        }
    }

    /** Lets the object behind it go. */
    void detach() {
        FileHandle oldFile = file;
        Inode oldSource = source;
        file = null;
        source = null;
        if (oldSource != null) {
            oldSource.removeView(this);
        }
        if (oldFile != null) {
            oldFile.release();
        } else if (oldSource != null) {
            oldSource.dropped();
        }
    }

    @Override
    protected boolean mayWrite() {
        return isShared() && !has(NEVER_WRITABLE);
    }

    @Override
    protected void pagesGo(long first, long limit, boolean copies) {
        long own = offset >>> PAGE_SHIFT;
        long from = Math.max(first, own);
        long to = Math.min(limit, own + (end - start >>> PAGE_SHIFT));
        if (from >= to) {
            return;
        }
        if (copies || isShared()) {
            resident.drop(start + (from - own << PAGE_SHIFT), start + (to - own << PAGE_SHIFT));
            return;
        }
        for (long index = from; index < to; index++) {
            long page = start + (index - own << PAGE_SHIFT);
            if (resident.holds(page, source.page(index, false))) {
                resident.drop(page, page + (1L << PAGE_SHIFT));
            }
        }
    }

    /** Whether {@code next}, which begins where this ends, goes on in the same way. */
    boolean continuesIn(Mapping next) {
        return protection == next.protection && flags == next.flags && source == next.source
                && file == next.file && MemoryPolicy.areSame(policy, next.policy) && Arrays.equals(name, next.name)
                && (source == null || offset + (end - start) == next.offset) && (flags & KERNEL) == 0;
    }

    /** A page is locked: what a private one is a copy of is in memory as well, and no hole of the file, as on Linux. */
    void broughtIn(long page, boolean copied) {
        if (copied && source != null && source.page(pageIndex(page), false) == 0) {
            source.page(pageIndex(page), true);
        }
    }

    /** Whether the file is to hear when a page is written to for the first time. */
    boolean notesWrites() {
        return isShared() && (protection & AddressSpace.WRITE) != 0 && source != null && source.notesWrites();
    }

    /** What a page allows that nobody has written to yet. */
    int unwrittenProtection() {
        return notesWrites() ? ResidentPages.unwritable(protection) : protection;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Reserved for the stubs of the platform, which fills it. */
    public boolean isWindow() {
        return has(KERNEL) && source == null;
    }

    /** The index in the source of the page at an address. */
    long pageIndex(long address) {
        return offset + (address - start) >>> PAGE_SHIFT;
    }

    public long start() {
        return start;
    }

    /** The first address after it. */
    public long end() {
        return end;
    }

    public long lengthBytes() {
        return end - start;
    }

    /** PROT_* bits. */
    public int protection() {
        return protection;
    }

    public boolean isShared() {
        return has(SHARED);
    }

    /** Private memory that no file or object is behind. */
    public boolean isAnonymous() {
        return source == null;
    }

    public boolean isStack() {
        return has(GROWS_DOWN);
    }

    /** Core dumps are to leave it out. */
    public boolean isNotDumped() {
        return has(NOT_DUMPED);
    }

    public boolean isKernels() {
        return has(KERNEL);
    }

    /** The other flags as Linux names them in /proc/PID/smaps, each with a blank behind it; proc(5) "VmFlags". */
    public String traits() {
        return (has(NEVER_WRITABLE) ? "" : "mw ") + "me " + (has(SHARED) ? "ms " : "") + (has(GROWS_DOWN) ? "gd " : "")
                + (has(LOCKED) ? "lo " : "") + (has(NOT_FORKED) ? "dc " : "")
                + (has(LOCKED_ON_FAULT) ? "lf " : "") + (has(WIPED_ON_FORK) ? "wf " : "")
                + (has(NOT_DUMPED) ? "dd " : "");
    }

    /** What the program calls it; null for nothing. */
    public byte[] name() {
        return name;
    }

    /** The mapped file, borrowed; null for anonymous memory. */
    public FileHandle file() {
        return file;
    }

    /** The file's or shared object's inode, borrowed; null for private anonymous memory. */
    public Inode source() {
        return source;
    }

    /** What mbind(2) has said; null for the policy of the thread. */
    public MemoryPolicy policy() {
        return policy;
    }

    /** Where in the file it begins. */
    public long offset() {
        return offset;
    }
}

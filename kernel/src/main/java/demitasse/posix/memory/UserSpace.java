package demitasse.posix.memory;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOVERFLOW;
import static demitasse.base.error.Errno.EPERM;

import demitasse.alloc.Pages;
import demitasse.base.memory.JavaHeap;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;

/**
 * The memory of a process; mm_struct of Linux. Addresses and lengths of the methods are in bytes and page
 * aligned unless said otherwise; results are 0, an address, or -errno.
 */
public final class UserSpace extends UserAccess {
    public static final long PAGE_BYTES = Pages.PAGE_BYTES;
    /** Where MAP_32BIT looks, mmap(2). */
    private static final long LOW_START = 0x4000_0000L;
    private static final long LOW_END = 0x8000_0000L;
    private static final long STACK_GROWTH_BYTES = 16 * PAGE_BYTES;

    private final Pages pages;
    private final AddressSpace space;
    private final ResidentPages resident;
    private final Mappings mappings;
    private final Layout layout;
    private final Pager pager;
    private final MemoryLimits limits = new MemoryLimits();
    private final Heap heap;
    private final ProgramPlace program = new ProgramPlace();
    private long mappedBytes;
    /** Set once it was copied. */
    private HotPages hotPages;
    private int users = 1;
    private boolean destroyed;
    private boolean reaped;

    private UserSpace(Pages pages, AddressSpace space, ResidentPages resident, Layout layout) {
        super(resident);
        this.pages = pages;
        this.space = space;
        this.resident = resident;
        this.layout = layout;
        mappings = new Mappings(pages.totalBytes());
        pager = new Pager(space, pages, resident, layout);
        heap = new Heap(this, layout);
    }

    /**
     * An empty address space, or null without memory for it.
     *
     * @param stackLimit RLIMIT_STACK in bytes; negative for none
     * @param random whether things lie elsewhere each time
     */
    public static UserSpace create(Platform platform, Pages pages, long stackLimit, boolean random) {
        long stackLimitBytes = stackLimit < 0 ? MemoryLimits.UNLIMITED : stackLimit;
        Layout layout = new Layout(random ? platform.entropy() : 0, random ? platform.entropy() : 0, stackLimitBytes);
        UserSpace created = create(platform, pages, layout);
        if (created != null) {
            created.limits.stackBytes = stackLimitBytes;
            if (created.space.patchesText()) {
                created.reserve(layout.lowWindow());
                created.reserve(layout.programWindow());
                created.reserve(layout.libraryWindow());
            }
        }
        return created;
    }

    private static UserSpace create(Platform platform, Pages pages, Layout layout) {
        long cache = pages.allocate(0);
        AddressSpace space = cache == Pages.NONE ? null : platform.newAddressSpace(pages);
        if (space == null) {
            pages.releaseRun(cache, cache == Pages.NONE ? 0 : 1);
            return null;
        }
        return new UserSpace(pages, space, new ResidentPages(space, pages, cache), layout);
    }

    /** The same memory for another process, fork(2), of which only the writing differs; null without memory. */
    public UserSpace fork(Platform platform) {
        UserSpace twin = JavaHeap.hasRoom(mappings.copyBytes()) ? create(platform, pages, layout) : null;
        if (twin == null) {
            return null;
        }
        if (hotPages == null) {
            hotPages = new HotPages();
        }
        twin.hotPages = hotPages;
        if (limits.writeExecuteAllowed) {
            twin.allowWriteExecute();
        }
        if (!new SpaceCopy(this, twin, hotPages).copy()) {
            twin.destroy();
            return null;
        }
        return twin;
    }

    /** A window for stubs, which the platform fills. */
    private void reserve(long window) {
        mappings.insert(new Mapping(resident, window, window + Layout.WINDOW_BYTES,
                AddressSpace.READ | AddressSpace.EXECUTE, Mapping.KERNEL));
    }

    /** Has the CPU use it, instead of another that was active before; null for none. */
    public void activate(UserSpace before) {
        if (space.activate()) {
            resident.forgetAll();
            if (before != null) {
                before.resident.forgetAll();
            }
        }
    }

    /** One more process uses it, vfork(2). */
    public void share() {
        users++;
    }

    /** One process less uses it; true when that was the last, who then has to {@link #destroy} it. */
    public boolean leave() {
        return --users == 0;
    }

    /** Whether a trap was the platform's own affair and is dealt with, {@link AddressSpace#repairs}. */
    public boolean repairs(int trap, UserContext user) {
        return space.repairs(trap, user);
    }

    /** Where the program itself believes to be, {@link AddressSpace#programAddress}. */
    public long programAddress(long address) {
        return space.programAddress(address);
    }

    /** A system call took the slow way, {@link Trap#SLOW_SYSCALL}: the next one from there may be faster. */
    public void hasten(UserContext user) {
        pager.hasten(mappings, user);
    }

    /**
     * Gives the pages of private mappings back, since nobody of its processes is to run again: they are being killed.
     *
     * @return whether that has freed anything
     */
    public boolean reap() {
        long freeBefore = pages.freeBytes();
        for (int i = 0; i < mappings.count(); i++) {
            if (!mappings.at(i).isShared() && !mappings.at(i).isWindow()) {
                resident.drop(mappings.at(i).start, mappings.at(i).end);
            }
        }
        reaped = true;
        setRelief(null);
        return pages.freeBytes() > freeBefore;
    }

    /** No page of it can be had any more. */
    public boolean isReaped() {
        return reaped;
    }

    /** Gives everything back; must not be active. */
    public void destroy() {
        assert !destroyed : "an address space is destroyed once";
        destroyed = true;
        resident.drop(0, AddressSpace.USER_END);
        for (int i = 0; i < mappings.count(); i++) {
            mappings.at(i).detach();
        }
        mappings.remove(0, mappings.count());
        program.release();
        space.destroy();
        resident.free();
    }

    public MemoryLimits limits() {
        return limits;
    }

    public Heap heap() {
        return heap;
    }

    public ProgramPlace program() {
        return program;
    }

    /** Where a position-independent program belongs. */
    public long programBase() {
        return layout.programBase();
    }

    /** The first address after the stack of the first task. */
    public long stackTop() {
        return layout.stackTop();
    }

    Layout layout() {
        return layout;
    }

    Mappings mappings() {
        return mappings;
    }

    ResidentPages resident() {
        return resident;
    }

    Pages pages() {
        return pages;
    }

    /**
     * Lets programs map memory that is writable and executable at once, as images with just-in-time compilers
     * need.
     */
    public void allowWriteExecute() {
        limits.writeExecuteAllowed = true;
        space.allowWriteExecute();
    }

    public int mappingCount() {
        return mappings.count();
    }

    /** The mappings in the order of their addresses, for /proc/self/maps; borrowed until the next change. */
    public Mapping mapping(int index) {
        return mappings.at(index);
    }

    /** The mapping that holds an address, borrowed until the next change; null when there is none. */
    public Mapping mappingAt(long address) {
        return mappings.find(address);
    }

    /** The size of all mappings, VmSize of proc(5). */
    public long mappedBytes() {
        return mappedBytes;
    }

    /** Pages that occupy memory, VmRSS of proc(5). */
    public long residentPages() {
        return resident.count();
    }

    public long residentPagesMax() {
        return resident.countMax();
    }

    /** Whether a program may pass a range at all: inside the user half, without wrapping around. */
    public static boolean isUserRange(long address, long lengthBytes) {
        return address >= AddressSpace.USER_START && lengthBytes >= 0
                && lengthBytes <= AddressSpace.USER_END && address <= AddressSpace.USER_END - lengthBytes;
    }

    @Override
    int tryToBringIn(long page, int access) {
        if (!isUserRange(page, PAGE_BYTES)) {
            return Fault.UNMAPPED;
        }
        if (reaped) {
            return Fault.NO_MEMORY;
        }
        Mapping mapping = mappings.find(page);
        if (mapping == null) {
            mapping = growStack(page);
        }
        if (mapping == null || mapping.isWindow()) {
            return Fault.UNMAPPED;
        }
        // On x86 what can be written or executed can be read as well.
        int allowed = mapping.protection == 0 ? 0 : mapping.protection | AddressSpace.READ;
        if ((allowed & access) == 0) {
            return Fault.DENIED;
        }
        if (hotPages != null && access == AddressSpace.WRITE && !mapping.isShared()
                && (resident.translate(page) & AddressSpace.PROTECTION_MASK) == AddressSpace.READ) {
            hotPages.add(page);
        }
        return pager.bringIn(mapping, page, access);
    }

    /** Extends the stack above an address down to it, mmap(2) MAP_GROWSDOWN; null if there is none or it may not. */
    private Mapping growStack(long page) {
        int index = mappings.indexFrom(page);
        if (index == mappings.count() || !mappings.at(index).has(Mapping.GROWS_DOWN)) {
            return null;
        }
        Mapping stack = mappings.at(index);
        long lowest = AddressSpace.USER_START;
        if (index > 0) {
            // A gap is kept to what could be taken for the stack, not to guard pages.
            Mapping below = mappings.at(index - 1);
            lowest = below.end + (below.protection == 0 ? 0 : Layout.STACK_GAP_BYTES);
        }
        long limit = Math.min(limits.stackBytes, AddressSpace.USER_END) & -PAGE_BYTES;
        lowest = Math.max(lowest, stack.end - limit);
        if (page < lowest) {
            return null;
        }
        long newStart = Math.max(lowest, Math.min(page & -STACK_GROWTH_BYTES, stack.start));
        if (mappedBytes + (stack.start - newStart) > limits.addressSpaceBytes) {
            return null;
        }
        mappedBytes += stack.start - newStart;
        stack.start = newStart;
        return stack;
    }

    /**
     * Maps memory as mmap(2) does; the descriptor and its access mode are checked already.
     *
     * @param address where, or a hint, or 0
     * @param lengthBytes more than 0, rounded up to pages
     * @param flags MAP_* of {@link MapFlags}
     * @param file the file, borrowed; null for anonymous memory
     * @param neverWritable that mprotect(2) may not add writing to a shared mapping
     * @return the address or -errno
     */
    public long map(long address, long lengthBytes, int protection, int flags, FileHandle file, long offset,
            boolean neverWritable) {
        long length = lengthBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        if (length <= 0 || length > AddressSpace.USER_END) {
            return -ENOMEM;
        }
        if (file != null && offset + length < offset) {
            return -EOVERFLOW;
        }
        if ((flags & MapFlags.MAP_TYPE) != MapFlags.MAP_PRIVATE && (flags & MapFlags.MAP_GROWSDOWN) != 0) {
            return -EINVAL;
        }
        if (limits.refusesWriteExecute(protection)) {
            return -EACCES;
        }
        long refusal = exceedsLimits(length, protection, flags);
        if (refusal != 0) {
            return refusal;
        }
        long start = place(address, length, flags);
        if (start < 0) {
            return start;
        }
        Mapping mapping = new Mapping(resident, start, start + length, protection & MapFlags.PROT_MASK, 0);
        attach(mapping, flags, file, offset);
        mapping.flags |= neverWritable ? Mapping.NEVER_WRITABLE : 0;
        if ((flags & MapFlags.MAP_FIXED) != 0) {
            clear(start, start + length);
        }
        mapping.flags |= limits.locks(flags) ? Mapping.LOCKED : 0;
        mapping.flags |= limits.locksOnFault(flags) ? Mapping.LOCKED_ON_FAULT : 0;
        insert(mapping);
        if ((flags & (MapFlags.MAP_POPULATE | MapFlags.MAP_LOCKED)) != 0 || limits.locksFuture == MapFlags.MCL_FUTURE) {
            populate(start, start + length);
        }
        return start;
    }

    private long exceedsLimits(long length, int protection, int flags) {
        boolean data = (protection & MapFlags.PROT_WRITE) != 0 && (flags & MapFlags.MAP_TYPE) == MapFlags.MAP_PRIVATE;
        if (!mappings.hasRoomFor(2) || limits.areExceeded(mappings, mappedBytes, length, data)) {
            return -ENOMEM;
        }
        // Linux's heuristic overcommit refuses what could never be backed, proc(5) overcommit_memory.
        boolean backed = data && (flags & MapFlags.MAP_NORESERVE) == 0;
        return backed && length > pages.totalBytes() ? -ENOMEM : 0;
    }

    /** Chooses or checks the place of a new mapping. */
    private long place(long address, long length, int flags) {
        boolean fixed = (flags & (MapFlags.MAP_FIXED | MapFlags.MAP_FIXED_NOREPLACE)) != 0;
        if (fixed) {
            return placeFixed(address, length, flags);
        }
        long hint = address + PAGE_BYTES - 1 & -PAGE_BYTES;
        if (hint != 0 && isUserRange(hint, length) && mappings.isFreeWithGap(hint, hint + length)) {
            return hint;
        }
        boolean low = (flags & MapFlags.MAP_32BIT) != 0;
        long start = mappings.highestGap(length, low ? LOW_START : AddressSpace.USER_START,
                low ? LOW_END : layout.mmapTop(), Layout.STACK_GAP_BYTES);
        return start == 0 ? -ENOMEM : start;
    }

    private long placeFixed(long address, long length, int flags) {
        if ((address & PAGE_BYTES - 1) != 0) {
            return -EINVAL;
        }
        if (address >= 0 && address < AddressSpace.USER_START) {
            // vm.mmap_min_addr, proc(5).
            return -EPERM;
        }
        if (!isUserRange(address, length)) {
            return -ENOMEM;
        }
        if ((flags & MapFlags.MAP_FIXED_NOREPLACE) != 0) {
            return mappings.isFree(address, address + length) ? address : -EEXIST;
        }
        if (mappings.have(Mapping.SEALED, address, address + length)) {
            return -EPERM;
        }
        return mappings.haveWindow(address, address + length) ? -ENOMEM : address;
    }

    private void attach(Mapping mapping, int flags, FileHandle file, long offset) {
        boolean shared = (flags & MapFlags.MAP_TYPE) != MapFlags.MAP_PRIVATE;
        if (shared) {
            mapping.flags |= Mapping.SHARED;
        }
        if (file != null) {
            mapping.attach(file.inode(), file, offset);
        } else if (shared) {
            mapping.attach(new SharedMemory(pages, mapping.lengthBytes()), null, 0);
        } else if ((flags & MapFlags.MAP_GROWSDOWN) != 0) {
            mapping.flags |= Mapping.GROWS_DOWN;
        }
    }

    /** Maps pages that the kernel supplies and the program may not write: the vDSO, behind a page of its data. */
    public long mapKernelPages(Inode source, long lengthBytes, int protection) {
        long start = mappings.highestGap(lengthBytes, AddressSpace.USER_START, layout.mmapTop(),
                Layout.STACK_GAP_BYTES);
        if (start == 0) {
            return -ENOMEM;
        }
        Mapping mapping = new Mapping(resident, start, start + lengthBytes, protection,
                Mapping.KERNEL | Mapping.SHARED | Mapping.NEVER_WRITABLE);
        mapping.attach(source, null, 0);
        insert(mapping);
        mappings.at(mappings.splitAt(start + PAGE_BYTES) - 1).protection = AddressSpace.READ;
        return start;
    }

    /**
     * Brings pages in as far as the mappings allow and memory lasts, mmap(2) MAP_POPULATE: failures do not
     * matter.
     */
    void populate(long start, long end) {
        for (long page = start; page < end; page += PAGE_BYTES) {
            Mapping mapping = mappings.find(page);
            if (mapping == null || mapping.protection == 0) {
                return;
            }
            boolean writes = (mapping.protection & MapFlags.PROT_WRITE) != 0 && !mapping.isShared();
            if (bringIn(page, writes ? AddressSpace.WRITE : AddressSpace.READ) != Fault.HANDLED) {
                return;
            }
        }
    }

    /**
     * Adds private anonymous memory at a free place, page aligned.
     *
     * @return 0 or -ENOMEM
     */
    int addAnonymous(long start, long end, int protection) {
        if (!mappings.hasRoomFor(1) || mappedBytes + (end - start) > limits.addressSpaceBytes) {
            return -ENOMEM;
        }
        insert(new Mapping(resident, start, end, protection, 0));
        return 0;
    }

    /** Puts a mapping into free space; the caller has checked for room. */
    void insert(Mapping mapping) {
        insertApart(mapping);
        mappings.mergeAround(mapping.start, mapping.end);
    }

    /** The same for one that its neighbours have been kept apart from. */
    void insertApart(Mapping mapping) {
        mappings.insert(mapping);
        mappedBytes += mapping.isWindow() ? 0 : mapping.lengthBytes();
    }

    /** Moves the end of a mapping upwards into free space. */
    void extend(Mapping mapping, long newEnd) {
        mappedBytes += newEnd - mapping.end;
        mapping.end = newEnd;
    }

    /** Brings in all pages of a range that is mapped, mlock(2): 0 or -ENOMEM where one cannot be had. */
    public int lock(long start, long end) {
        for (long page = start; page < end; page += PAGE_BYTES) {
            Mapping mapping = mappings.find(page);
            boolean writes = (mapping.protection & MapFlags.PROT_WRITE) != 0 && !mapping.isShared();
            if (bringIn(page, writes ? AddressSpace.WRITE : AddressSpace.READ) != Fault.HANDLED) {
                return -ENOMEM;
            }
            mapping.broughtIn(page, writes);
        }
        return 0;
    }

    /** munmap(2). */
    public int unmap(long address, long lengthBytes) {
        long length = lengthBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        if ((address & PAGE_BYTES - 1) != 0 || length <= 0 || address < 0
                || length > AddressSpace.USER_END - address) {
            return -EINVAL;
        }
        if (mappings.have(Mapping.SEALED, address, address + length)) {
            return -EPERM;
        }
        if (mappings.haveWindow(address, address + length)) {
            return -EINVAL;
        }
        if (!mappings.hasRoomFor(1) && isInside(address, address + length)) {
            return -ENOMEM;
        }
        clear(address, address + length);
        return 0;
    }

    /** Whether a range lies strictly inside one mapping, so that taking it out makes two of one. */
    boolean isInside(long start, long end) {
        Mapping mapping = mappings.find(start);
        return mapping != null && mapping.start < start && mapping.end > end;
    }

    /** Removes mappings and pages; there is room for one more mapping, or none is needed. */
    void clear(long start, long end) {
        int from = mappings.splitAt(start);
        int to = mappings.splitAt(end);
        if (from == to) {
            return;
        }
        resident.drop(start, end);
        for (int i = from; i < to; i++) {
            Mapping mapping = mappings.at(i);
            mappedBytes -= mapping.lengthBytes();
            mapping.detach();
        }
        mappings.remove(from, to);
    }

    /** mprotect(2) without its flags; the range is page aligned. */
    public int protect(long address, long lengthBytes, int protection) {
        long end = address + lengthBytes;
        if (limits.refusesWriteExecute(protection)) {
            return -EACCES;
        }
        if (mappings.have(Mapping.SEALED, address, end)) {
            return -EPERM;
        }
        int refusal = mayProtect(address, end, protection);
        if (refusal < 0) {
            return refusal;
        }
        if (!mappings.hasRoomFor(2)) {
            return -ENOMEM;
        }
        int from = mappings.splitAt(address);
        int to = mappings.splitAt(end);
        for (int i = from; i < to; i++) {
            Mapping mapping = mappings.at(i);
            if (mapping.protection != protection) {
                mapping.protection = protection;
                protectPages(mapping);
            }
        }
        mappings.mergeAround(address, end);
        return 0;
    }

    /** The whole range is mapped and may have the protection. */
    private int mayProtect(long start, long end, int protection) {
        long at = start;
        for (int i = mappings.indexFrom(start); at < end; i++) {
            if (i == mappings.count() || mappings.at(i).start > at) {
                return -ENOMEM;
            }
            Mapping mapping = mappings.at(i);
            if (mapping.has(Mapping.KERNEL) || limits.refusesExecuteGain(mapping.protection, protection)
                    || (protection & MapFlags.PROT_WRITE) != 0 && mapping.has(Mapping.NEVER_WRITABLE)) {
                return -EACCES;
            }
            at = mapping.end;
        }
        return 0;
    }

    void protectPages(Mapping mapping) {
        if (mapping.isShared()) {
            resident.protect(mapping.start, mapping.end, mapping.unwrittenProtection());
        } else {
            resident.protectPrivately(mapping.start, mapping.end, mapping.protection);
        }
    }
}

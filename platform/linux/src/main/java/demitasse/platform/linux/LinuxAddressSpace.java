package demitasse.platform.linux;

import static demitasse.base.error.Errno.EACCES;

import demitasse.alloc.PageTable;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;

/**
 * Page tables that no CPU walks, and the same pages as mappings of a host process. Neighbouring pages go to the host in
 * one call where it cannot tell the difference.
 *
 * <p>The host's mappings are to the tables what a CPU's TLB is: nothing stands there that the tables do not allow, but
 * what is missing is put there when the program faults ({@link #refill}).
 */
final class LinuxAddressSpace implements AddressSpace {
    private static final int PAGE_BYTES = PhysicalMemory.PAGE_BYTES;
    /** Up to here one munmap(2) over a range with holes is cheaper than looking for the pages in it. */
    static final long WHOLE_UNMAP_MAX_BYTES = 1 << 30;
    /** How far around a fault pages are mapped again. */
    private static final long REFILL_BYTES = 64 * PAGE_BYTES;
    /** So many calls of the host that switches take cost as much as a loss. */
    private static final int CALLS_PER_LOSS = 16;

    private final PageTable table;
    private final FrameSource frames;
    private final HostProcesses processes;
    private final TextPatcher patcher;
    /** Where it runs: in the first process, with others, or in one of its own. */
    private Mapped mapped;
    /** How often others have taken its place, so that little of it was left. */
    private int losses;
    /** How often the host was called to give it its place back. */
    private int switchCalls;
    /** Counts changes of the table, but not exchanges: where two differ they still do. */
    private long changes;
    /** The seccomp filter must have been built so too. */
    private boolean writeExecuteAllowed;

    LinuxAddressSpace(PageTable table, FrameSource frames, HostProcesses processes, long entryAddress) {
        this.table = table;
        this.frames = frames;
        this.processes = processes;
        mapped = processes.first();
        patcher = new TextPatcher(this, frames, entryAddress);
    }

    @Override
    public int map(long address, long lengthBytes, int protection, long frame) {
        if (isRefused(protection)) {
            return -EACCES;
        }
        changes++;
        int result = table.map(address, lengthBytes, protection, frame);
        if (result == 0 && isActive()) {
            mapped.map(address, lengthBytes, protection, frame);
        } else {
            noteStale(address, lengthBytes);
        }
        return result;
    }

    @Override
    public int protect(long address, long lengthBytes, int protection) {
        if (isRefused(protection)) {
            return -EACCES;
        }
        changes++;
        table.protect(address, lengthBytes, protection);
        if (!isActive()) {
            noteStale(address, lengthBytes);
            return 0;
        }
        long end = address + lengthBytes;
        for (long at = table.nextMapped(address, end); at < end; at = table.nextMapped(at, end)) {
            long stop = endOfPages(at, end);
            mapped.protect(at, stop - at, protection);
            at = stop;
        }
        return 0;
    }

    @Override
    public int copyTo(AddressSpace twin, long address, long lengthBytes, boolean unwritable) {
        if (unwritable && isActive()) {
            forbidWriting(address, address + lengthBytes);
        } else if (unwritable) {
            noteStale(address, lengthBytes);
        }
        changes++;
        ((LinuxAddressSpace) twin).changes++;
        return table.copyTo(((LinuxAddressSpace) twin).table, address, lengthBytes, unwritable);
    }

    /** Takes the host's permission to write to what can be written now; the tables are the caller's. */
    private void forbidWriting(long address, long end) {
        long start = end;
        for (long at = table.nextMapped(address, end); at < end; at = table.nextMapped(at + PAGE_BYTES, end)) {
            boolean writable = (table.translate(at) & WRITE) != 0;
            if (writable && start == end) {
                start = at;
            }
            boolean ends = !writable || at + PAGE_BYTES == end || table.translate(at + PAGE_BYTES) == 0;
            if (ends && start < end) {
                mapped.protect(start, (writable ? at + PAGE_BYTES : at) - start, READ);
                start = end;
            }
        }
    }

    @Override
    public void unmap(long address, long lengthBytes) {
        long end = address + lengthBytes;
        long first = table.nextMapped(address, end);
        if (first == end) {
            return;
        }
        changes++;
        if (isActive()) {
            unmapFromHost(first, end);
        } else {
            noteStale(first, end - first);
        }
        table.unmap(first, end - first);
    }

    private void unmapFromHost(long first, long end) {
        if (end - first <= WHOLE_UNMAP_MAX_BYTES) {
            mapped.unmap(first, end - first);
            return;
        }
        for (long at = first; at < end; at = table.nextMapped(at, end)) {
            long stop = endOfPages(at, end);
            mapped.unmap(at, stop - at);
            at = stop;
        }
    }

    @Override
    public long translate(long address) {
        return table.translate(address);
    }

    @Override
    public long nextMapped(long address, long limit) {
        return table.nextMapped(address, limit);
    }

    @Override
    public boolean activate() {
        return !isActive() && processes.enter(this);
    }

    Mapped mapped() {
        return mapped;
    }

    /** Another host process is to run it from now on. */
    void movesTo(Mapped other) {
        mapped = other;
    }

    /** What it has paid for being with others, in losses. */
    int losses() {
        return losses + switchCalls / CALLS_PER_LOSS;
    }

    void hasCalledHost(int times) {
        switchCalls += times;
    }

    void hasLost() {
        losses++;
    }

    /**
     * Repeats to the host what it has lost, or was not told yet: the page that a program faulted at.
     *
     * @return false when the program may not do what it did
     */
    private boolean refill(UserContext user) {
        long page = user.register(UserContext.FAULT_ADDRESS) & -PAGE_BYTES;
        long error = user.register(UserContext.ERROR_CODE);
        long entry = table.translate(page);
        int access = (error & Trap.FAULT_WRITE) != 0 ? WRITE : (error & Trap.FAULT_INSTRUCTION) != 0 ? EXECUTE : READ;
        if ((entry & access) == 0) {
            return false;
        }
        long start = page;
        long before = entry - PAGE_BYTES;
        while (start > page - REFILL_BYTES && table.translate(start - PAGE_BYTES) == before) {
            start -= PAGE_BYTES;
            before -= PAGE_BYTES;
        }
        long end = endOfRun(page, entry, page + REFILL_BYTES);
        mapped.map(start, end - start, (int) (entry & PROTECTION_MASK), (entry & -PAGE_BYTES) - (page - start));
        return true;
    }

    PageTable table() {
        return table;
    }

    long changes() {
        return changes;
    }

    boolean isPrivate(long entry) {
        return frames.holders(entry & -PAGE_BYTES) == 1;
    }

    @Override
    public void destroy() {
        assert !isActive() : "the active address space is not destroyed";
        processes.release(this);
        table.destroy();
    }

    @Override
    public boolean patchesText() {
        return true;
    }

    @Override
    public boolean wantsPatch(long frame, int offset) {
        return TextPatcher.wantsPatch(frame, offset);
    }

    @Override
    public void patchText(long frame, long address, int lengthBytes, long stubArea) {
        patcher.patch(frame, address, lengthBytes, stubArea);
    }

    @Override
    public void restoreText(long frame, long address, int lengthBytes) {
        patcher.restore(frame, address, lengthBytes);
    }

    @Override
    public long programAddress(long address) {
        return patcher.programAddress(address);
    }

    @Override
    public boolean repairs(int trap, UserContext user) {
        return trap == Trap.PAGE_FAULT ? refill(user) : trap == Trap.SLOW_SYSCALL ? patcher.continuesBehindCall(user)
                : patcher.continuesInStub(user);
    }

    @Override
    public void allowWriteExecute() {
        writeExecuteAllowed = true;
    }

    private boolean isActive() {
        return processes.current() == this;
    }

    /** The tables have changed; what the host process has there is unmapped before it runs again. */
    private void noteStale(long address, long lengthBytes) {
        if (mapped.holder() == this) {
            mapped.noteStale(address, lengthBytes);
        }
    }

    private boolean isRefused(int protection) {
        return (protection & (WRITE | EXECUTE)) == (WRITE | EXECUTE) && !writeExecuteAllowed;
    }

    /** Where the pages that are mapped without a hole from {@code address} on end. */
    private long endOfPages(long address, long limit) {
        long at = address + PAGE_BYTES;
        while (at < limit && table.translate(at) != 0) {
            at += PAGE_BYTES;
        }
        return at;
    }

    /** The same, for pages of one protection whose frames follow each other. */
    long endOfRun(long address, long first, long limit) {
        long at = address + PAGE_BYTES;
        long expected = first + PAGE_BYTES;
        while (at < limit && table.translate(at) == expected) {
            at += PAGE_BYTES;
            expected += PAGE_BYTES;
        }
        return at;
    }
}

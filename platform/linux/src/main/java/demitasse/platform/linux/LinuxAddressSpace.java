package demitasse.platform.linux;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.PageTable;
import demitasse.base.error.Panic;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.UserContext;

/**
 * Page tables that no CPU walks, and, while active, the same pages as mappings of the host process.
 * Neighbouring pages go to the host in one call where it cannot tell the difference.
 */
final class LinuxAddressSpace implements AddressSpace {
    private static final int PAGE_BYTES = PhysicalMemory.PAGE_BYTES;
    /** Up to here one munmap(2) over a range with holes is cheaper than looking for the pages in it. */
    private static final long WHOLE_UNMAP_MAX_BYTES = 1 << 30;

    private final PageTable table;
    private final FrameSource frames;
    private final Mapped mapped;
    private final TextPatcher patcher;
    /** The seccomp filter must have been built so too. */
    private boolean writeExecuteAllowed;

    LinuxAddressSpace(PageTable table, FrameSource frames, Mapped mapped, long entryAddress) {
        this.table = table;
        this.frames = frames;
        this.mapped = mapped;
        patcher = new TextPatcher(this, frames, entryAddress);
    }

    @Override
    public int map(long address, long lengthBytes, int protection, long frame) {
        if (isRefused(protection)) {
            return -EACCES;
        }
        int result = table.map(address, lengthBytes, protection, frame);
        if (result == 0 && isActive()) {
            result = mapped.map(address, lengthBytes, protection, frame);
            if (result < 0) {
                // The host has no room for another mapping (vm.max_map_count), or nothing at all is there
                // now.
                table.unmap(address, lengthBytes);
                mapped.unmap(address, lengthBytes);
                return -ENOMEM;
            }
        }
        return result;
    }

    @Override
    public int protect(long address, long lengthBytes, int protection) {
        if (isRefused(protection)) {
            return -EACCES;
        }
        table.protect(address, lengthBytes, protection);
        if (!isActive()) {
            return 0;
        }
        long end = address + lengthBytes;
        for (long at = table.nextMapped(address, end); at < end; at = table.nextMapped(at, end)) {
            long stop = endOfPages(at, end);
            int result = mapped.protect(at, stop - at, protection);
            if (result < 0) {
                return -ENOMEM;
            }
            at = stop;
        }
        return 0;
    }

    @Override
    public void unmap(long address, long lengthBytes) {
        long end = address + lengthBytes;
        long first = table.nextMapped(address, end);
        if (first == end) {
            return;
        }
        if (isActive()) {
            unmapFromHost(first, end);
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
    public void activate() {
        if (isActive()) {
            return;
        }
        mapped.replace(this);
        for (long at = table.nextMapped(0, USER_END); at < USER_END; at = table.nextMapped(at, USER_END)) {
            long first = table.translate(at);
            long stop = endOfRun(at, first);
            int protection = (int) (first & PROTECTION_MASK);
            if (mapped.map(at, stop - at, protection, first & -PAGE_BYTES) < 0) {
                throw Panic.because("the host refuses a mapping of a program that it has had before");
            }
            at = stop;
        }
    }

    @Override
    public void destroy() {
        assert !isActive() : "the active address space is not destroyed";
        table.destroy();
    }

    @Override
    public boolean patchesText() {
        return true;
    }

    @Override
    public boolean wantsPatch(long frame, int lengthBytes) {
        return TextPatcher.wantsPatch(frame, lengthBytes);
    }

    @Override
    public void patchText(long frame, long address, int lengthBytes, long stubArea) {
        patcher.patch(frame, address, lengthBytes, stubArea);
    }

    @Override
    public boolean repairs(UserContext user) {
        return patcher.continuesInStub(user);
    }

    @Override
    public void allowWriteExecute() {
        writeExecuteAllowed = true;
    }

    private boolean isActive() {
        return mapped.active() == this;
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
    private long endOfRun(long address, long first) {
        long at = address + PAGE_BYTES;
        long expected = first + PAGE_BYTES;
        while (at < USER_END && table.translate(at) == expected) {
            at += PAGE_BYTES;
            expected += PAGE_BYTES;
        }
        return at;
    }
}

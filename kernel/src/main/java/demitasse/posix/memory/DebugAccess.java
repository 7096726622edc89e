package demitasse.posix.memory;

import static demitasse.base.error.Errno.EIO;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;

/**
 * The memory of a program as its debugger sees it, ptrace(2) PTRACE_PEEKTEXT, /proc/PID/mem and core(5): whatever is
 * mapped can be read, and private memory be written, also where the program itself may not. Text shows what the file
 * holds: what the platform has patched is shown as it was, and a page that a debugger writes to is patched no more.
 */
public final class DebugAccess {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    private final UserSpace memory;
    private final ResidentPages resident;
    private final Pages pages;

    public DebugAccess(UserSpace memory) {
        this.memory = memory;
        resident = memory.resident();
        pages = memory.pages();
    }

    /** Copies to kernel memory: the bytes copied, or -EIO when there are none. */
    public long read(long address, long target, long lengthBytes) {
        long done = 0;
        while (done < lengthBytes) {
            long page = address + done & -PAGE_BYTES;
            long offset = address + done - page;
            long bytes = Math.min(lengthBytes - done, PAGE_BYTES - offset);
            if (!readPage(page, offset, target + done, bytes)) {
                break;
            }
            done += bytes;
        }
        return done == 0 && lengthBytes > 0 ? -EIO : done;
    }

    private boolean readPage(long page, long offset, long target, long bytes) {
        Mapping mapping = visible(page);
        if (mapping == null) {
            return false;
        }
        long frame = frameOf(mapping, page);
        if (frame == 0) {
            return false;
        }
        if (!isPatched(mapping)) {
            Memory.copy(frame + offset, target, bytes);
            return true;
        }
        long copy = pages.allocate(0);
        if (copy == Pages.NONE) {
            return false;
        }
        Memory.copy(frame, copy, PAGE_BYTES);
        resident.space().restoreText(copy, page, (int) PAGE_BYTES);
        Memory.copy(copy + offset, target, bytes);
        pages.release(copy);
        return true;
    }

    /** Copies from kernel memory: the bytes copied, or -EIO when there are none. */
    public long write(long address, long source, long lengthBytes) {
        long done = 0;
        while (done < lengthBytes) {
            long page = address + done & -PAGE_BYTES;
            long offset = address + done - page;
            long bytes = Math.min(lengthBytes - done, PAGE_BYTES - offset);
            long frame = writableFrame(page);
            if (frame == 0) {
                break;
            }
            Memory.copy(source + done, frame + offset, bytes);
            done += bytes;
        }
        return done == 0 && lengthBytes > 0 ? -EIO : done;
    }

    /** The frame that nobody else sees, or that all who share it are to see changed; 0 where nothing may be written. */
    private long writableFrame(long page) {
        Mapping mapping = visible(page);
        if (mapping == null) {
            return 0;
        }
        if ((mapping.protection & AddressSpace.WRITE) != 0) {
            return memory.bringIn(page, AddressSpace.WRITE) == Fault.HANDLED ? present(page) : 0;
        }
        long frame = mapping.isShared() ? 0 : frameOf(mapping, page);
        if (frame == 0) {
            return 0;
        }
        if (pages.holders(frame) != 1) {
            frame = ownCopy(page, frame);
        }
        if (frame != 0 && isPatched(mapping)) {
            resident.space().restoreText(frame, page, (int) PAGE_BYTES);
        }
        return frame;
    }

    /** What the program may do with the page stays as it is: nothing becomes writable and executable here. */
    private long ownCopy(long page, long frame) {
        long copy = pages.allocate(0);
        if (copy == Pages.NONE) {
            return 0;
        }
        Memory.copy(frame, copy, PAGE_BYTES);
        int protection = (int) (resident.translate(page) & AddressSpace.PROTECTION_MASK);
        if (resident.replace(page, PAGE_BYTES, protection, copy)) {
            return copy;
        }
        pages.release(copy);
        return 0;
    }

    /** The mapping of a page that the program knows of; null for nothing. */
    private Mapping visible(long page) {
        Mapping mapping = UserSpace.isUserRange(page, PAGE_BYTES) ? memory.mappings().find(page) : null;
        return mapping == null || mapping.isWindow() ? null : mapping;
    }

    /** The frame of a page, brought in if need be; 0 where that cannot be. */
    private long frameOf(Mapping mapping, long page) {
        if (present(page) == 0
                && (mapping.protection == 0 || memory.bringIn(page, AddressSpace.READ) != Fault.HANDLED)) {
            return 0;
        }
        return present(page);
    }

    private long present(long page) {
        return resident.translate(page) & -PAGE_BYTES;
    }

    private boolean isPatched(Mapping mapping) {
        return (mapping.protection & AddressSpace.EXECUTE) != 0 && resident.space().patchesText();
    }

    /** Whether a page of private memory holds anything that its file, or nothing, would not. */
    public boolean isWritten(Mapping mapping, long page) {
        long frame = present(page);
        return frame != 0 && (mapping.isAnonymous() || frame != mapping.source().page(mapping.pageIndex(page), false));
    }

    /** The first page at or after an address that is present; the limit if there is none. */
    public long nextPresent(long address, long limit) {
        return resident.nextPresent(address, limit);
    }
}

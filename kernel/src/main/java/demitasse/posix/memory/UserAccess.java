package demitasse.posix.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENAMETOOLONG;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Trap;
import demitasse.vfs.ControlMemory;

/**
 * The only way from the kernel to user memory: page by page through frames. A page that is not present is
 * brought in as by a fault of the program; what the program may not do, the kernel does not do for it.
 */
public abstract class UserAccess implements ControlMemory {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    private static final long OFFSET_MASK = PAGE_BYTES - 1;
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private final ResidentPages resident;
    /** Null for a memory that nobody helps: what it needs is refused. */
    private Relief relief;

    UserAccess(ResidentPages resident) {
        this.resident = resident;
    }

    /** Makes a page present for an access, as far as memory lasts; a {@link Fault}. Any address. */
    abstract int tryToBringIn(long page, int access);

    /** Who is asked for memory when there is none. */
    public final void setRelief(Relief newRelief) {
        relief = newRelief;
    }

    /**
     * Handles a page fault of the program.
     *
     * @param errorCode the x86 error code, {@link Trap}
     * @return a {@link Fault}
     */
    public int fault(long address, int errorCode) {
        int access = AddressSpace.READ;
        if ((errorCode & Trap.FAULT_WRITE) != 0) {
            access = AddressSpace.WRITE;
        } else if ((errorCode & Trap.FAULT_INSTRUCTION) != 0) {
            access = AddressSpace.EXECUTE;
        }
        return bringIn(address & -PAGE_BYTES, access);
    }

    /** Brings a page in for an access, at the cost of others if need be; a {@link Fault}. Any address. */
    final int bringIn(long page, int access) {
        int outcome = tryToBringIn(page, access);
        while (outcome == Fault.NO_MEMORY && relief != null && relief.relieve((UserSpace) this)) {
            outcome = tryToBringIn(page, access);
        }
        return outcome;
    }

    /** Copies from user memory: 0 or -EFAULT. */
    @Override
    @HotPath("per system call")
    public final int copyIn(long userAddress, long target, int lengthBytes) {
        return copyInPartly(userAddress, target, lengthBytes) == Math.max(lengthBytes, 0) ? 0 : -EFAULT;
    }

    /** Copies to user memory: 0 or -EFAULT (a part may have been stored). */
    @Override
    @HotPath("per system call")
    public final int copyOut(long source, long userAddress, int lengthBytes) {
        return copyOutPartly(source, userAddress, lengthBytes) == Math.max(lengthBytes, 0) ? 0 : -EFAULT;
    }

    /** Copies as much as can be read: the bytes copied, or -EFAULT when none was. */
    @HotPath("per system call")
    public final long copyInPartly(long userAddress, long target, long lengthBytes) {
        long done = 0;
        while (done < lengthBytes) {
            long at = userAddress + done;
            long frame = resolve(at & -PAGE_BYTES, AddressSpace.READ);
            if (frame == 0) {
                return done > 0 ? done : -EFAULT;
            }
            long offset = at & OFFSET_MASK;
            long bytes = Math.min(lengthBytes - done, PAGE_BYTES - offset);
            Memory.copy(frame + offset, target + done, bytes);
            done += bytes;
        }
        return done;
    }

    /** Copies as much as can be written: the bytes copied, or -EFAULT when none was. */
    @HotPath("per system call")
    public final long copyOutPartly(long source, long userAddress, long lengthBytes) {
        long done = 0;
        while (done < lengthBytes) {
            long at = userAddress + done;
            long frame = resolve(at & -PAGE_BYTES, AddressSpace.WRITE);
            if (frame == 0) {
                return done > 0 ? done : -EFAULT;
            }
            long offset = at & OFFSET_MASK;
            long bytes = Math.min(lengthBytes - done, PAGE_BYTES - offset);
            Memory.copy(source + done, frame + offset, bytes);
            done += bytes;
        }
        return done;
    }

    /** Stores zero bytes, as {@link #copyOutPartly}. */
    @HotPath("per system call")
    public final long zeroPartly(long userAddress, long lengthBytes) {
        long done = 0;
        while (done < lengthBytes) {
            long at = userAddress + done;
            long frame = resolve(at & -PAGE_BYTES, AddressSpace.WRITE);
            if (frame == 0) {
                return done > 0 ? done : -EFAULT;
            }
            long offset = at & OFFSET_MASK;
            long bytes = Math.min(lengthBytes - done, PAGE_BYTES - offset);
            Memory.fill(frame + offset, bytes, (byte) 0);
            done += bytes;
        }
        return done;
    }

    /**
     * Copies a string with its NUL.
     *
     * @return its length without the NUL; -EFAULT; -ENAMETOOLONG when the capacity ends before the string
     */
    @HotPath("per system call")
    public final long copyString(long userAddress, long target, int capacityBytes) {
        long done = 0;
        while (done < capacityBytes) {
            long at = userAddress + done;
            long frame = resolve(at & -PAGE_BYTES, AddressSpace.READ);
            if (frame == 0) {
                return -EFAULT;
            }
            long offset = at & OFFSET_MASK;
            long bytes = Math.min(capacityBytes - done, PAGE_BYTES - offset);
            long length = lengthOfString(frame + offset, bytes);
            Memory.copy(frame + offset, target + done, Math.min(length + 1, bytes));
            if (length < bytes) {
                return done + length;
            }
            done += bytes;
        }
        return -ENAMETOOLONG;
    }

    /**
     * The kernel address of a user byte, valid until the next change of the address space; 0 where the access
     * is not allowed. For futex words and what else must be read and written in place.
     *
     * @param access one bit of {@link AddressSpace}'s protection
     */
    @HotPath("per system call")
    public final long reach(long userAddress, int access) {
        long frame = resolve(userAddress & -PAGE_BYTES, access);
        return frame == 0 ? 0 : frame + (userAddress & OFFSET_MASK);
    }

    /**
     * As {@link #reach}, for a range; 0 also for one that is not within one page or not known to be present. Most
     * transfers are small: what calls nothing costs half.
     */
    @HotPath("per system call")
    final long reachAtOnce(long userAddress, long lengthBytes, int access) {
        long offset = userAddress & OFFSET_MASK;
        long entry = resident.remembered(userAddress & -PAGE_BYTES);
        return (entry & access) == 0 || offset + lengthBytes > PAGE_BYTES ? 0 : (entry & -PAGE_BYTES) + offset;
    }

    /** The frame of a page that allows the access, brought in if need be; 0 if that cannot be. */
    private long resolve(long page, int access) {
        long entry = resident.translate(page);
        if ((entry & access) == 0) {
            if (bringInForKernel(page, access) != Fault.HANDLED) {
                return 0;
            }
            entry = resident.translate(page);
            assert (entry & access) != 0 : "a page that was brought in allows the access";
        }
        return entry & -PAGE_BYTES;
    }

    @ColdPath("each page is brought in once")
    @WarmPath("per page")
    private int bringInForKernel(long page, int access) {
        return bringIn(page, access);
    }

    /** The bytes before the first NUL, or the limit. */
    private static long lengthOfString(long address, long limitBytes) {
        long at = 0;
        while (at + Long.BYTES <= limitBytes) {
            long word = Memory.getLong(address + at);
            if ((word - ONES & ~word & HIGHS) != 0) {
                break;
            }
            at += Long.BYTES;
        }
        while (at < limitBytes && Memory.getByte(address + at) != 0) {
            at++;
        }
        return at;
    }
}

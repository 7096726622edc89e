package demitasse.posix.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.vfs.Transfer;

/** A buffer, or an iovec of buffers, in user memory, readv(2). Reused from call to call. */
public final class UserTransfer extends Transfer {
    /** IOV_MAX, readv(2). */
    public static final int VECTOR_MAX = 1024;
    /** The most that one call moves, read(2): Linux cuts longer requests. */
    public static final long TRANSFER_MAX_BYTES = 0x7fff_f000L;
    public static final int ENTRY_BYTES = 16;
    private static final int LENGTH = 8;

    private static final int PUT = 0;
    private static final int TAKE = 1;
    private static final int PUT_ZEROS = 2;

    private UserSpace space;
    /** The part of the current buffer that is left. */
    private long address;
    private long partBytes;
    /** What is left in all, with the entries to come. */
    private long remaining;
    private long nextEntry;
    private int entriesLeft;
    /** The array stands in kernel memory. */
    private boolean vectorIsKept;
    /** Results of {@link #readEntry} and {@link #readWord}. */
    private long entryBase;
    private long entryLength;
    private long word;

    /** One buffer; a negative length counts as none. */
    @HotPath("per system call")
    public void set(UserSpace newSpace, long userAddress, long lengthBytes) {
        if (space != newSpace) {
            // Compared first: storing a reference costs a write barrier, and a task rarely changes its memory.
            space = newSpace;
        }
        address = userAddress;
        partBytes = Math.min(Math.max(lengthBytes, 0), TRANSFER_MAX_BYTES);
        remaining = partBytes;
    }

    /**
     * An array of struct iovec in user memory, less the first bytes.
     *
     * @return 0; -EINVAL for too many entries or a negative length; -EFAULT
     */
    @HotPath("per system call")
    public int setVector(UserSpace newSpace, long iovec, int count, long skipBytes) {
        vectorIsKept = false;
        return setEntries(newSpace, iovec, count, skipBytes);
    }

    /** As {@link #setVector}, with an array in kernel memory, which stays until the transfer has ended. */
    public int setKeptVector(UserSpace newSpace, long entries, int count, long skipBytes) {
        vectorIsKept = true;
        return setEntries(newSpace, entries, count, skipBytes);
    }

    private int setEntries(UserSpace newSpace, long iovec, int count, long skipBytes) {
        if (count < 0 || count > VECTOR_MAX) {
            return -EINVAL;
        }
        space = newSpace;
        address = 0;
        partBytes = 0;
        nextEntry = iovec;
        entriesLeft = count;
        long total = 0;
        for (int i = 0; i < count; i++) {
            if (!readEntry(iovec + (long) i * ENTRY_BYTES)) {
                return -EFAULT;
            }
            long bytes = entryLength;
            if (bytes < 0) {
                return -EINVAL;
            }
            if (!isUserRange(entryBase, bytes)) {
                return -EFAULT;
            }
            total = Math.min(total + Math.min(bytes, TRANSFER_MAX_BYTES), TRANSFER_MAX_BYTES);
        }
        remaining = total;
        skip(Math.min(skipBytes, total));
        return 0;
    }

    /** Moves no more than this, whatever the buffers hold. */
    public void limit(long lengthBytes) {
        remaining = Math.min(remaining, lengthBytes);
    }

    private static boolean isUserRange(long base, long bytes) {
        return bytes == 0 || base >= 0 && bytes <= AddressSpace.USER_END
                && base <= AddressSpace.USER_END - bytes;
    }

    private void skip(long bytes) {
        long left = bytes;
        while (left > 0 && (partBytes > 0 || nextPart())) {
            long step = Math.min(left, partBytes);
            advance(step);
            left -= step;
        }
    }

    @Override
    public long remaining() {
        return remaining;
    }

    @Override
    @HotPath("per system call")
    public long put(long source, long lengthBytes) {
        long wanted = Math.min(lengthBytes, remaining);
        long at = wanted > partBytes ? 0 : space.reachAtOnce(address, wanted, AddressSpace.WRITE);
        if (at == 0) {
            return moveParts(PUT, source, wanted);
        }
        Memory.copy(source, at, wanted);
        advance(wanted);
        return wanted;
    }

    @Override
    @HotPath("per system call")
    public long take(long target, long lengthBytes) {
        long wanted = Math.min(lengthBytes, remaining);
        long at = wanted > partBytes ? 0 : space.reachAtOnce(address, wanted, AddressSpace.READ);
        if (at == 0) {
            return moveParts(TAKE, target, wanted);
        }
        Memory.copy(at, target, wanted);
        advance(wanted);
        return wanted;
    }

    @Override
    @HotPath("per system call")
    public long putZeros(long lengthBytes) {
        return moveParts(PUT_ZEROS, 0, Math.min(lengthBytes, remaining));
    }

    /** Over the borders of pages and buffers, and where pages have to be brought in. */
    private long moveParts(int how, long kernelAddress, long wanted) {
        long done = 0;
        while (done < wanted) {
            if (partBytes == 0 && !nextPart()) {
                return done > 0 ? done : -EFAULT;
            }
            long step = Math.min(wanted - done, partBytes);
            long moved = switch (how) {
                case PUT -> space.copyOutPartly(kernelAddress + done, address, step);
                case TAKE -> space.copyInPartly(address, kernelAddress + done, step);
                default -> space.zeroPartly(address, step);
            };
            if (moved > 0) {
                advance(moved);
                done += moved;
            }
            if (moved < step) {
                return done > 0 ? done : -EFAULT;
            }
        }
        return done;
    }

    private void advance(long moved) {
        address += moved;
        partBytes -= moved;
        remaining -= moved;
    }

    /**
     * Goes on to the next buffer of the vector that is not empty; false when the array has become unreadable.
     */
    private boolean nextPart() {
        while (partBytes == 0) {
            if (entriesLeft == 0 || !readEntry(nextEntry)) {
                return false;
            }
            entriesLeft--;
            nextEntry += ENTRY_BYTES;
            address = entryBase;
            // A read may store into the vector itself: what stands there now is not what was checked.
            partBytes = Math.min(Math.max(entryLength, 0), remaining);
        }
        return true;
    }

    private boolean readEntry(long userAddress) {
        if (!readWord(userAddress)) {
            return false;
        }
        entryBase = word;
        if (!readWord(userAddress + LENGTH)) {
            return false;
        }
        entryLength = word;
        return true;
    }

    /** Reads a word at any alignment into {@link #word}; false when it cannot be read. */
    private boolean readWord(long userAddress) {
        if ((userAddress & 7) == 0) {
            long at = vectorIsKept ? userAddress : space.reach(userAddress, AddressSpace.READ);
            word = at == 0 ? 0 : Memory.getLong(at);
            return at != 0;
        }
        word = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            long at = space.reach(userAddress + i, AddressSpace.READ);
            if (at == 0) {
                return false;
            }
            word |= (long) Memory.getUnsignedByte(at) << 8 * i;
        }
        return true;
    }
}

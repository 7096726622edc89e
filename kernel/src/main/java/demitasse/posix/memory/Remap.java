package demitasse.posix.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.alloc.Pages;
import demitasse.machine.AddressSpace;

/** mremap(2): resizes and moves a part of one mapping, with its pages. */
public final class Remap {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    private static final int FLAGS = MapFlags.MREMAP_MAYMOVE | MapFlags.MREMAP_FIXED | MapFlags.MREMAP_DONTUNMAP;

    private Remap() {
    }

    /**
     * Arguments as mremap(2) takes them, unchecked.
     *
     * @return the address or -errno
     */
    public static long remap(UserSpace space, long address, long oldBytes, long newBytes, int flags,
            long newAddress) {
        long oldLength = oldBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        long newLength = newBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        if ((flags & ~FLAGS) != 0 || keeps(flags) && ((flags & MapFlags.MREMAP_MAYMOVE) == 0 || oldLength != newLength)
                || (address & PAGE_BYTES - 1) != 0 || newLength == 0) {
            return -EINVAL;
        }
        Mapping mapping = space.mappings().find(address);
        if (mapping == null) {
            return -EFAULT;
        }
        if (mapping.has(Mapping.KERNEL)) {
            return -EINVAL;
        }
        if (mapping.has(Mapping.SEALED)) {
            return -EPERM;
        }
        if ((flags & MapFlags.MREMAP_FIXED) != 0) {
            long refusal = checkTarget(address, oldLength, newLength, flags, newAddress);
            return refusal < 0 ? refusal : moveFixed(space, address, oldLength, newLength, newAddress, keeps(flags));
        }
        if (Long.compareUnsigned(oldLength, newLength) >= 0 && !keeps(flags)) {
            // What is cut off may lie in other mappings, or nowhere, as on Linux.
            int cut = newLength == oldLength ? 0 : space.unmap(address + newLength, oldLength - newLength);
            return cut < 0 ? cut : address;
        }
        long refusal = checkSource(mapping, address, oldLength, newLength);
        if (refusal < 0) {
            return refusal;
        }
        if (oldLength > 0 && !keeps(flags)
                && growsInPlace(space, mapping, address + oldLength, newLength - oldLength)) {
            return address;
        }
        if ((flags & MapFlags.MREMAP_MAYMOVE) == 0) {
            return -ENOMEM;
        }
        long target = space.mappings().highestGap(newLength, AddressSpace.USER_START,
                space.layout().mmapTop(), Layout.STACK_GAP_BYTES);
        return target == 0 ? -ENOMEM : move(space, address, oldLength, newLength, target, keeps(flags));
    }

    /** MREMAP_DONTUNMAP: what was moved away from stays mapped, with nothing in it. */
    private static boolean keeps(int flags) {
        return (flags & MapFlags.MREMAP_DONTUNMAP) != 0;
    }

    private static long checkTarget(long address, long oldLength, long newLength, int flags,
            long newAddress) {
        boolean overlaps = newAddress < address + oldLength && address < newAddress + newLength;
        boolean bad = (flags & MapFlags.MREMAP_MAYMOVE) == 0 || (newAddress & PAGE_BYTES - 1) != 0
                || !UserSpace.isUserRange(newAddress, newLength) || oldLength < 0 || overlaps;
        return bad ? -EINVAL : 0;
    }

    /** What is resized has to lie in one mapping. */
    private static long checkSource(Mapping mapping, long address, long oldLength, long newLength) {
        if (oldLength == 0 && !mapping.isShared()) {
            return -EINVAL;
        }
        if (oldLength < 0 || oldLength > mapping.end - address) {
            return -EFAULT;
        }
        return newLength < 0 || newLength > AddressSpace.USER_END ? -ENOMEM : 0;
    }

    private static boolean growsInPlace(UserSpace space, Mapping mapping, long oldEnd, long addedBytes) {
        if (mapping.end != oldEnd || addedBytes > AddressSpace.USER_END - oldEnd
                || space.mappedBytes() + addedBytes > space.limits().addressSpaceBytes
                || !space.mappings().isFreeWithGap(oldEnd, oldEnd + addedBytes)) {
            return false;
        }
        space.extend(mapping, oldEnd + addedBytes);
        space.mappings().mergeAround(mapping.start, mapping.end);
        return true;
    }

    private static long moveFixed(UserSpace space, long address, long oldLength, long newLength,
            long target, boolean keeps) {
        if (space.mappings().have(Mapping.SEALED, target, target + newLength)) {
            return -EPERM;
        }
        if (space.mappings().haveWindow(target, target + newLength) || !space.mappings().hasRoomFor(4)) {
            return -ENOMEM;
        }
        space.clear(target, target + newLength);
        if (newLength < oldLength) {
            int cut = space.unmap(address + newLength, oldLength - newLength);
            if (cut < 0) {
                return cut;
            }
        }
        long moved = Math.min(oldLength, newLength);
        long refusal = checkSource(space.mappings().find(address), address, moved, newLength);
        return refusal < 0 ? refusal : move(space, address, moved, newLength, target, keeps);
    }

    /** Moves to free space; an old length of 0 makes a second mapping of shared pages, mremap(2). */
    private static long move(UserSpace space, long address, long oldLength, long newLength, long target,
            boolean keeps) {
        Mappings mappings = space.mappings();
        long goneBytes = keeps ? 0 : oldLength;
        if (!mappings.hasRoomFor(3)
                || space.mappedBytes() + (newLength - goneBytes) > space.limits().addressSpaceBytes) {
            return -ENOMEM;
        }
        if (oldLength > 0 && space.resident().move(address, target, oldLength) < 0) {
            return -ENOMEM;
        }
        Mapping old = mappings.find(address);
        Mapping moved = new Mapping(space.resident(), target, target + newLength, old.protection, old.flags);
        moved.name = old.name;
        moved.attach(old.source, old.file, old.source == null ? 0 : old.offset + (address - old.start));
        if (keeps) {
            MemoryLock.set(space, address, address + oldLength, false, false);
        } else {
            space.clear(address, address + oldLength);
        }
        space.insert(moved);
        return target;
    }
}

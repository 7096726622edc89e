package demitasse.posix.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.machine.AddressSpace;

/** mremap(2): resizes and moves a part of one mapping, with its pages. */
public final class Remap {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    private Remap() {
    }

    /**
     * Arguments as mremap(2) takes them, unchecked.
     *
     * @return the address or -errno
     */
    public static long remap(UserSpace space, long address, long oldBytes, long newBytes, int flags, long newAddress) {
        long oldLength = oldBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        long newLength = newBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        long refusal = check(address, oldLength, newLength, flags, newAddress);
        if (refusal < 0) {
            return refusal;
        }
        Mapping mapping = space.mappings().find(address);
        if (mapping == null) {
            return -EFAULT;
        }
        if (mapping.has(Mapping.KERNEL) || oldLength == 0 && !mapping.isShared()) {
            return -EINVAL;
        }
        if (oldLength > mapping.end - address) {
            return -EFAULT;
        }
        if ((flags & MapFlags.MREMAP_FIXED) != 0) {
            return moveFixed(space, address, oldLength, newLength, newAddress);
        }
        if (oldLength > 0 && newLength <= oldLength) {
            int cut = newLength == oldLength ? 0 : space.unmap(address + newLength, oldLength - newLength);
            return cut < 0 ? cut : address;
        }
        if (oldLength > 0 && growsInPlace(space, mapping, address + oldLength, newLength - oldLength)) {
            return address;
        }
        if ((flags & MapFlags.MREMAP_MAYMOVE) == 0) {
            return -ENOMEM;
        }
        long target = space.mappings().highestGap(newLength, AddressSpace.USER_START, space.layout().mmapTop(),
                Layout.STACK_GAP_BYTES);
        return target == 0 ? -ENOMEM : move(space, address, oldLength, newLength, target);
    }

    private static long check(long address, long oldLength, long newLength, int flags, long newAddress) {
        int known = MapFlags.MREMAP_MAYMOVE | MapFlags.MREMAP_FIXED;
        // MREMAP_DONTUNMAP would need a userfaultfd to be of use.
        if ((flags & ~known) != 0 || (address & PAGE_BYTES - 1) != 0 || newLength <= 0 || oldLength < 0) {
            return -EINVAL;
        }
        if (!UserSpace.isUserRange(address, oldLength)) {
            return -EFAULT;
        }
        if (newLength > AddressSpace.USER_END) {
            return -ENOMEM;
        }
        if ((flags & MapFlags.MREMAP_FIXED) == 0) {
            return 0;
        }
        boolean overlaps = newAddress < address + oldLength && address < newAddress + newLength;
        if ((flags & MapFlags.MREMAP_MAYMOVE) == 0 || (newAddress & PAGE_BYTES - 1) != 0
                || !UserSpace.isUserRange(newAddress, newLength) || overlaps) {
            return -EINVAL;
        }
        return 0;
    }

    private static boolean growsInPlace(UserSpace space, Mapping mapping, long oldEnd, long addedBytes) {
        if (mapping.end != oldEnd || addedBytes > AddressSpace.USER_END - oldEnd
                || space.mappedBytes() + addedBytes > space.limits().addressSpaceBytes
                || !space.isFreeWithGap(oldEnd, oldEnd + addedBytes)) {
            return false;
        }
        space.extend(mapping, oldEnd + addedBytes);
        space.mappings().mergeAround(mapping.start, mapping.end);
        return true;
    }

    private static long moveFixed(UserSpace space, long address, long oldLength, long newLength, long target) {
        if (space.touchesKernels(target, target + newLength) || !space.mappings().hasRoomFor(4)) {
            return -ENOMEM;
        }
        space.clear(target, target + newLength);
        if (newLength < oldLength) {
            space.clear(address + newLength, address + oldLength);
        }
        return move(space, address, Math.min(oldLength, newLength), newLength, target);
    }

    /** Moves to free space; an old length of 0 makes a second mapping of shared pages, mremap(2). */
    private static long move(UserSpace space, long address, long oldLength, long newLength, long target) {
        Mappings mappings = space.mappings();
        if (!mappings.hasRoomFor(3)
                || space.mappedBytes() + (newLength - oldLength) > space.limits().addressSpaceBytes) {
            return -ENOMEM;
        }
        if (oldLength > 0 && space.resident().move(address, target, oldLength) < 0) {
            return -ENOMEM;
        }
        Mapping old = mappings.find(address);
        Mapping moved = new Mapping(space.resident(), target, target + newLength, old.protection, old.flags);
        moved.attach(old.source, old.file, old.source == null ? 0 : old.offset + (address - old.start));
        space.clear(address, address + oldLength);
        space.insert(moved);
        return target;
    }
}

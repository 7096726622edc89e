package demitasse.posix.exec;

import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOEXEC;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.machine.AddressSpace;
import demitasse.machine.Trap;
import demitasse.posix.memory.Fault;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.UserSpace;

/** Maps the segments of an ELF file into an address space. */
final class ElfLoader {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    private static final int PRIVATE_FIXED = MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED;

    private final UserSpace memory;

    ElfLoader(UserSpace memory) {
        this.memory = memory;
    }

    /**
     * Maps all segments.
     *
     * @param base where a position-independent file goes; 0 for a free place of mmap(2)'s choice
     * @return what is added to the file's addresses to get real ones, or -errno
     */
    long load(ElfFile elf, long base) {
        long bias = 0;
        if (elf.isPositionIndependent()) {
            long start = base != 0 ? aligned(base, elf.alignmentMax()) : freePlace(elf);
            if (start < 0) {
                return start;
            }
            bias = start - elf.lowest();
        }
        if (!UserSpace.isUserRange(elf.lowest() + bias, elf.highest() - elf.lowest())) {
            return -ENOEXEC;
        }
        for (int i = 0; i < elf.count(); i++) {
            if (elf.type(i) == ElfFile.PT_LOAD && elf.memoryBytes(i) != 0) {
                long error = mapSegment(elf, i, bias);
                if (error < 0) {
                    return error;
                }
            }
        }
        return bias;
    }

    /** A free, aligned place that holds all segments. */
    private long freePlace(ElfFile elf) {
        long alignment = elf.alignmentMax();
        long bytes = elf.highest() - elf.lowest() + alignment;
        long start = memory.map(0, bytes, MapFlags.PROT_NONE,
                MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_NORESERVE, null, 0, false);
        if (start < 0) {
            return start;
        }
        memory.unmap(start, bytes);
        return aligned(start, alignment);
    }

    private static long aligned(long address, long alignment) {
        return address + alignment - 1 & -alignment;
    }

    private long mapSegment(ElfFile elf, int i, long bias) {
        long address = elf.virtualAddress(i) + bias;
        long fileEnd = address + elf.fileBytes(i);
        long end = address + elf.memoryBytes(i);
        int protection = protection(elf.flags(i));
        long firstPage = address & -PAGE_BYTES;
        long anonymousFrom = firstPage;
        if (elf.fileBytes(i) > 0) {
            long offset = elf.fileOffset(i) - (address - firstPage);
            long mapped = memory.map(firstPage, fileEnd - firstPage, protection, PRIVATE_FIXED, elf.file(),
                    offset, false);
            if (mapped < 0) {
                return mapped;
            }
            anonymousFrom = fileEnd + PAGE_BYTES - 1 & -PAGE_BYTES;
            long error = zeroTail(fileEnd, Math.min(end, anonymousFrom), anonymousFrom, protection);
            if (error < 0) {
                return error;
            }
        }
        if (end > anonymousFrom) {
            long mapped = memory.map(anonymousFrom, end - anonymousFrom, protection,
                    PRIVATE_FIXED | MapFlags.MAP_ANONYMOUS, null, 0, false);
            return Math.min(mapped, 0);
        }
        return 0;
    }

    /**
     * Zeroes the rest of the last page of the file's part, where bss begins. Up to the end of the page,
     * because ld.so's allocator uses what follows bss there.
     */
    private long zeroTail(long fileEnd, long bssEnd, long pageEnd, int protection) {
        if (bssEnd <= fileEnd || (protection & AddressSpace.WRITE) == 0) {
            return 0;
        }
        int fault = memory.fault(fileEnd, Trap.FAULT_WRITE);
        if (fault != Fault.HANDLED) {
            return fault == Fault.NO_MEMORY ? -ENOMEM : -EIO;
        }
        memory.zeroPartly(fileEnd, pageEnd - fileEnd);
        return 0;
    }

    private static int protection(int flags) {
        int protection = 0;
        if ((flags & ElfFile.PF_R) != 0) {
            protection |= AddressSpace.READ;
        }
        if ((flags & ElfFile.PF_W) != 0) {
            protection |= AddressSpace.WRITE;
        }
        return (flags & ElfFile.PF_X) != 0 ? protection | AddressSpace.EXECUTE : protection;
    }
}

package demitasse.posix.exec;

import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOEXEC;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;

/**
 * An ELF-64 file that was opened for execution, elf(5), with its program headers in kernel memory. After
 * {@link #parse} every segment is known to lie in the file and in the user half.
 */
final class ElfFile {
    static final int ET_EXEC = 2;
    static final int ET_DYN = 3;
    static final int PT_LOAD = 1;
    static final int PT_INTERP = 3;
    static final int PT_PHDR = 6;
    static final int HEADER_BYTES = 64;
    static final int PROGRAM_HEADER_BYTES = 56;
    static final int PF_X = 1;
    static final int PF_W = 2;
    static final int PF_R = 4;

    private static final int EM_X86_64 = 62;
    private static final int MAGIC = 0x464c_457f;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int PROGRAM_HEADERS_BYTES_MAX = 0x1_0000;
    private static final int HEADERS_ORDER = 4;
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    private final Pages pages;
    private final FileHandle file;
    private final long fileBytes;
    private final KernelTransfer transfer = new KernelTransfer();
    private long headers;
    private int headersOrder;
    private int type;
    private long entry;
    private long headersOffset;
    private int count;
    private long lowest;
    private long highest;

    /** @param file borrowed */
    ElfFile(Pages pages, FileHandle file, long fileBytes) {
        this.pages = pages;
        this.file = file;
        this.fileBytes = fileBytes;
    }

    /**
     * Reads and checks the headers.
     *
     * @param header the first {@link #HEADER_BYTES} of the file, in kernel memory
     * @return 0; -ENOEXEC for what is not a program for this machine; -EIO; -ENOMEM
     */
    int parse(long header) {
        if (Memory.getInt(header) != MAGIC || Memory.getByte(header + 4) != CLASS_64
                || Memory.getByte(header + 5) != LITTLE_ENDIAN) {
            return -ENOEXEC;
        }
        type = Memory.getUnsignedShort(header + 16);
        boolean known = type == ET_EXEC || type == ET_DYN;
        if (!known || Memory.getUnsignedShort(header + 18) != EM_X86_64) {
            return -ENOEXEC;
        }
        entry = Memory.getLong(header + 24);
        headersOffset = Memory.getLong(header + 32);
        count = Memory.getUnsignedShort(header + 56);
        int bytes = count * PROGRAM_HEADER_BYTES;
        if (Memory.getUnsignedShort(header + 54) != PROGRAM_HEADER_BYTES || count == 0
                || bytes > PROGRAM_HEADERS_BYTES_MAX || !isInFile(headersOffset, bytes)) {
            return -ENOEXEC;
        }
        headersOrder = bytes <= PAGE_BYTES ? 0 : HEADERS_ORDER;
        headers = pages.allocate(headersOrder);
        if (headers == Pages.NONE) {
            return -ENOMEM;
        }
        int error = read(headersOffset, headers, bytes);
        return error < 0 ? error : checkSegments();
    }

    void free() {
        if (headers != 0) {
            pages.releaseRun(headers, 1L << headersOrder);
            headers = 0;
        }
    }

    boolean isInFile(long offset, long bytes) {
        return offset >= 0 && bytes >= 0 && bytes <= fileBytes && offset <= fileBytes - bytes;
    }

    private int checkSegments() {
        lowest = Long.MAX_VALUE;
        highest = 0;
        for (int i = 0; i < count; i++) {
            if (type(i) == PT_LOAD && memoryBytes(i) != 0) {
                if (!isSegmentSound(i)) {
                    return -ENOEXEC;
                }
                lowest = Math.min(lowest, virtualAddress(i) & -PAGE_BYTES);
                highest = virtualAddress(i) + memoryBytes(i);
            }
        }
        return highest == 0 ? -ENOEXEC : 0;
    }

    private boolean isSegmentSound(int i) {
        long address = virtualAddress(i);
        return isInFile(fileOffset(i), fileBytes(i)) && fileBytes(i) <= memoryBytes(i)
                && (address - fileOffset(i) & PAGE_BYTES - 1) == 0
                && memoryBytes(i) > 0 && memoryBytes(i) <= AddressSpace.USER_END - 2 * PAGE_BYTES
                && address >= highest && address <= AddressSpace.USER_END - 2 * PAGE_BYTES - memoryBytes(i);
    }

    /** Reads a part of the file: 0, -ENOEXEC where it ends early, -EIO. */
    int read(long offset, long target, int bytes) {
        long done = 0;
        while (done < bytes) {
            long moved = file.read(transfer.set(target + done, bytes - done), offset + done);
            if (moved <= 0) {
                return moved == 0 ? -ENOEXEC : -EIO;
            }
            done += moved;
        }
        return 0;
    }

    FileHandle file() {
        return file;
    }

    boolean isPositionIndependent() {
        return type == ET_DYN;
    }

    long entry() {
        return entry;
    }

    int count() {
        return count;
    }

    /** The page-aligned start of the first segment. */
    long lowest() {
        return lowest;
    }

    /** The end of the last segment. */
    long highest() {
        return highest;
    }

    int type(int i) {
        return Memory.getInt(header(i));
    }

    int flags(int i) {
        return Memory.getInt(header(i) + 4);
    }

    long fileOffset(int i) {
        return Memory.getLong(header(i) + 8);
    }

    long virtualAddress(int i) {
        return Memory.getLong(header(i) + 16);
    }

    long fileBytes(int i) {
        return Memory.getLong(header(i) + 32);
    }

    long memoryBytes(int i) {
        return Memory.getLong(header(i) + 40);
    }

    private long alignment(int i) {
        return Memory.getLong(header(i) + 48);
    }

    private long header(int i) {
        return headers + (long) i * PROGRAM_HEADER_BYTES;
    }

    /** The largest alignment that a segment asks for, at least a page, at most 1 GiB. */
    long alignmentMax() {
        long most = PAGE_BYTES;
        for (int i = 0; i < count; i++) {
            long alignment = alignment(i);
            boolean sound = alignment > most && Long.bitCount(alignment) == 1 && alignment <= 1L << 30;
            if (type(i) == PT_LOAD && sound) {
                most = alignment;
            }
        }
        return most;
    }

    /** The index of the first header of a type, or -1. */
    int find(int type) {
        for (int i = 0; i < count; i++) {
            if (type(i) == type) {
                return i;
            }
        }
        return -1;
    }

    /** Where the program headers stand in memory, before relocation; 0 when no segment holds them. */
    long headersAddress() {
        int own = find(PT_PHDR);
        if (own >= 0) {
            return virtualAddress(own);
        }
        for (int i = 0; i < count; i++) {
            if (type(i) == PT_LOAD && headersOffset >= fileOffset(i)
                    && headersOffset - fileOffset(i) < fileBytes(i)) {
                return headersOffset - fileOffset(i) + virtualAddress(i);
            }
        }
        return 0;
    }
}

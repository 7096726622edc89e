package demitasse.platform.linux;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;

/**
 * The stubs of one address space, in slots of 32 bytes. A page of stubs ends with the address of the kernel's
 * entry. A slot is free while its first byte is zero, so pages that are shared after a fork need no other
 * record.
 *
 * <pre>
 *  number first    b8 number            mov  $number, %eax
 *                  48 b9 next           mov  $next, %rcx
 *                  ff 25 distance       jmp  *entry(%rip)
 *  number before   48 b9 18(slot)       mov  $moved, %rcx
 *                  ff 25 distance       jmp  *entry(%rip)
 *                  0f 05                syscall
 *                  moved instruction
 *                  e9 distance          jmp  next
 * </pre>
 *
 * Either way the kernel sees a program counter with a system call instruction before it, as it would without
 * stubs: a call that a signal handler interrupted is restarted by going back over those two bytes.
 */
final class Stubs {
    static final long NONE = 0;

    private static final int SLOT_BYTES = 32;
    private static final int PAGE_BYTES = 4096;
    private static final int ENTRY_OFFSET = PAGE_BYTES - 8;
    private static final int SLOTS_PER_PAGE = PAGE_BYTES / SLOT_BYTES - 1;
    private static final int PAGES = AddressSpace.STUB_AREA_BYTES / PAGE_BYTES;
    private static final long DISTANCE_MAX = Integer.MAX_VALUE - AddressSpace.STUB_AREA_BYTES;
    private static final int SYSCALL_OFFSET = 16;
    private static final int MOVED_OFFSET = SYSCALL_OFFSET + 2;
    private static final short SYSCALL = 0x050f;
    private static final int SYSCALL_BYTES = 2;
    /** As long as a jump. */
    private static final int SHORT_MOV_BYTES = 5;
    /** A mov to rax instead of eax, at the site. */
    private static final int LONG_FORM_BYTES = 7;
    private static final short MOV_RAX = (short) 0xc748;
    private static final byte MOV_RAX_OPERAND = (byte) 0xc0;
    private static final byte COMPARE = 0x3d;
    private static final int LONG_MOV_BYTES = 10;
    private static final int ENTER_BYTES = 6;
    private static final byte MOV_EAX = (byte) 0xb8;
    private static final short MOV_RCX = (short) 0xb948;
    private static final short JUMP_INDIRECT = 0x25ff;
    private static final byte JUMP = (byte) 0xe9;
    private static final int TEXT = AddressSpace.READ | AddressSpace.EXECUTE;

    /**
     * One bit for each byte that, as the first byte of an instruction in ring 3, raises an exception whatever
     * follows: int3, hlt, cli, sti, in, out, ins, outs, and what 64-bit mode does not have. Not d5, which APX
     * has taken.
     */
    private static final long TRAPPING_00 = bits(0x06, 0x07, 0x0e, 0x16) | bits(0x17, 0x1e, 0x1f, 0x27)
            | bits(0x2f, 0x37, 0x3f, 0x3f);
    private static final long TRAPPING_40 = bits(0x60, 0x61, 0x6c, 0x6d) | bits(0x6e, 0x6f, 0x6f, 0x6f);
    private static final long TRAPPING_80 = bits(0x82, 0x9a, 0x9a, 0x9a);
    private static final long TRAPPING_C0 = bits(0xcc, 0xce, 0xd4, 0xd6) | bits(0xe4, 0xe5, 0xe6, 0xe7)
            | bits(0xea, 0xec, 0xed, 0xee) | bits(0xef, 0xf4, 0xfa, 0xfb);

    private final AddressSpace space;
    private final FrameSource frames;
    private final long entryAddress;

    Stubs(AddressSpace space, FrameSource frames, long entryAddress) {
        this.space = space;
        this.frames = frames;
        this.entryAddress = entryAddress;
    }

    static boolean isTrapping(int value) {
        long set = switch (value >> 6) {
            case 0 -> TRAPPING_00;
            case 1 -> TRAPPING_40;
            case 2 -> TRAPPING_80;
            case 3 -> TRAPPING_C0;
            default -> 0;
        };
        return (set >>> (value & 63) & 1) != 0;
    }

    /**
     * A free slot that a jump whose next instruction is at {@code from} reaches, or {@link #NONE}.
     *
     * @param trapping whether bits 8..15 of the distance must be an instruction that traps
     */
    long take(long area, long from, boolean trapping) {
        if (Math.abs(area - from) > DISTANCE_MAX) {
            return NONE;
        }
        for (int page = 0; page < PAGES; page++) {
            long start = area + (long) page * PAGE_BYTES;
            long frame = NONE;
            for (int offset = 0; offset < SLOTS_PER_PAGE * SLOT_BYTES; offset += SLOT_BYTES) {
                int distance = (int) (start + offset - from);
                if (trapping && !isTrapping(distance >> 8 & 0xff)) {
                    // To the last slot before the byte that matters changes.
                    offset += (255 - (distance & 255)) & -SLOT_BYTES;
                    continue;
                }
                // A page is made only for a slot that suits.
                frame = frame == NONE ? pageOf(start) : frame;
                if (frame == NONE) {
                    return NONE;
                }
                if (Memory.getByte(frame + offset) == 0) {
                    return start + offset;
                }
            }
        }
        return NONE;
    }

    /** The frame of a page of stubs, which is made on first use; {@link #NONE} without memory. */
    private long pageOf(long address) {
        long translation = space.translate(address);
        if (translation != 0) {
            return ownPage(address, translation & -PAGE_BYTES);
        }
        long frame = frames.take();
        if (frame == FrameSource.NONE) {
            return NONE;
        }
        Memory.putLong(frame + ENTRY_OFFSET, entryAddress);
        if (space.map(address, PAGE_BYTES, TEXT, frame) < 0) {
            frames.give(frame);
            return NONE;
        }
        return frame;
    }

    /** Stubs are shared after a fork; who adds one needs a page of its own. {@link #NONE} without memory. */
    private long ownPage(long address, long shared) {
        if (frames.holders(shared) == 1) {
            return shared;
        }
        long frame = frames.take();
        if (frame == FrameSource.NONE) {
            return NONE;
        }
        Memory.copy(shared, frame, PAGE_BYTES);
        if (space.map(address, PAGE_BYTES, TEXT, frame) < 0) {
            frames.give(frame);
            return NONE;
        }
        frames.give(shared);
        return frame;
    }

    void writeNumber(long stub, int number, long next) {
        long at = memoryOf(stub);
        Memory.putByte(at, MOV_EAX);
        Memory.putInt(at + 1, number);
        writeEnter(stub, SHORT_MOV_BYTES, next);
    }

    void writeFollowed(long stub, long movedInstruction, int movedBytes, long next) {
        writeEnter(stub, 0, stub + MOVED_OFFSET);
        Memory.putShort(memoryOf(stub) + SYSCALL_OFFSET, SYSCALL);
        long at = memoryOf(stub) + MOVED_OFFSET;
        Memory.copy(movedInstruction, at, movedBytes);
        Memory.putByte(at + movedBytes, JUMP);
        Memory.putInt(at + movedBytes + 1, (int) (next - (stub + MOVED_OFFSET + movedBytes + 5)));
    }

    private void writeEnter(long stub, int offset, long next) {
        long at = memoryOf(stub) + offset;
        Memory.putShort(at, MOV_RCX);
        Memory.putLong(at + 2, next);
        Memory.putShort(at + LONG_MOV_BYTES, JUMP_INDIRECT);
        int end = (int) (stub & PAGE_BYTES - 1) + offset + LONG_MOV_BYTES + ENTER_BYTES;
        Memory.putInt(at + LONG_MOV_BYTES + 2, ENTRY_OFFSET - end);
    }

    /**
     * Where the instruction stands that was moved into the stub at this address; {@link #NONE} if that is
     * none.
     */
    long movedInstruction(long stub) {
        long translation = space.translate(stub);
        if (stub % SLOT_BYTES != 0 || (translation & TEXT) != TEXT) {
            return NONE;
        }
        long at = memoryOf(stub);
        long page = at & -PAGE_BYTES;
        boolean matches = Memory.getLong(page + ENTRY_OFFSET) == entryAddress && Memory.getShort(at) == MOV_RCX
                && Memory.getLong(at + 2) == stub + MOVED_OFFSET;
        return matches ? stub + MOVED_OFFSET : NONE;
    }

    /** Where the program believes to be when it stands in a stub, whatever it has done there; else the same address. */
    long programAddress(long address) {
        long stub = address & -SLOT_BYTES;
        if (address < 0 || address >= AddressSpace.USER_END || !isStub(stub)) {
            return address;
        }
        int offset = (int) (address - stub);
        if (isOfNumber(stub)) {
            long syscall = next(stub) - SYSCALL_BYTES;
            return offset == 0 ? syscall - movBytes(stub, syscall) : syscall;
        }
        long site = next(stub) - movedBytes(stub) - SYSCALL_BYTES;
        return offset < MOVED_OFFSET ? site : offset == MOVED_OFFSET ? site + SYSCALL_BYTES : next(stub);
    }

    /** Whether the mov at the site is the short one; the page may have been restored since. */
    private int movBytes(long stub, long syscall) {
        long site = syscall - SHORT_MOV_BYTES;
        long translation = space.translate(site);
        long at = (translation & -PAGE_BYTES) + (site & PAGE_BYTES - 1);
        boolean isShort = translation != 0 && (Memory.getByte(at) == MOV_EAX
                || Memory.getByte(at) == JUMP && site + SHORT_MOV_BYTES + Memory.getInt(at + 1) == stub);
        return isShort ? SHORT_MOV_BYTES : LONG_FORM_BYTES;
    }

    /**
     * Undoes a patch.
     *
     * @param site a copy of the text where a jump stands
     * @param address where that text belongs
     */
    void restore(long site, long address, int lengthBytes) {
        long stub = address + SHORT_MOV_BYTES + Memory.getInt(site + 1);
        if (stub % SLOT_BYTES != 0 || stub < 0 || stub >= AddressSpace.USER_END || !isStub(stub)) {
            return;
        }
        long from = memoryOf(stub);
        if (!isOfNumber(stub)) {
            if (next(stub) - movedBytes(stub) - SYSCALL_BYTES == address) {
                Memory.putShort(site, SYSCALL);
                Memory.copy(from + MOVED_OFFSET, site + SYSCALL_BYTES, SHORT_MOV_BYTES - SYSCALL_BYTES);
            }
        } else if (next(stub) == address + SHORT_MOV_BYTES + SYSCALL_BYTES) {
            Memory.copy(from, site, SHORT_MOV_BYTES);
        } else if (next(stub) == address + LONG_FORM_BYTES + SYSCALL_BYTES && lengthBytes >= LONG_FORM_BYTES) {
            Memory.putShort(site, MOV_RAX);
            Memory.putByte(site + 2, MOV_RAX_OPERAND);
            Memory.copy(from + 1, site + 3, Integer.BYTES);
        }
    }

    private boolean isStub(long stub) {
        long translation = space.translate(stub);
        return (translation & TEXT) == TEXT && Memory.getByte(memoryOf(stub)) != 0
                && Memory.getLong((translation & -PAGE_BYTES) + ENTRY_OFFSET) == entryAddress
                && (stub & PAGE_BYTES - 1) < SLOTS_PER_PAGE * SLOT_BYTES;
    }

    private boolean isOfNumber(long stub) {
        return Memory.getByte(memoryOf(stub)) == MOV_EAX;
    }

    /** Where the program goes on after a stub. */
    private long next(long stub) {
        long at = memoryOf(stub);
        if (isOfNumber(stub)) {
            return Memory.getLong(at + SHORT_MOV_BYTES + 2);
        }
        int jumpAt = MOVED_OFFSET + movedBytes(stub);
        return stub + jumpAt + SHORT_MOV_BYTES + Memory.getInt(at + jumpAt + 1);
    }

    /** A compare of rax or a copy of it, see {@link TextPatcher}. */
    private int movedBytes(long stub) {
        return Memory.getByte(memoryOf(stub) + MOVED_OFFSET + 1) == COMPARE ? 6 : 3;
    }

    private long memoryOf(long stub) {
        return (space.translate(stub) & -PAGE_BYTES) + (stub & PAGE_BYTES - 1);
    }

    private static long bits(int first, int second, int third, int fourth) {
        return 1L << first | 1L << second | 1L << third | 1L << fourth;
    }
}

package demitasse.platform.linux;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.UserContext;

/**
 * Replaces system call instructions by jumps to stubs, which jump into the kernel: a few nanoseconds instead
 * of a signal. What it leaves alone still works, by the signal.
 *
 * <pre>
 *  number first   b8 nr nr 00 00  0f 05              the mov becomes the jump; a jump to the syscall still traps
 *                 48 c7 c0 nr nr 00 00  0f 05        the same, and two bytes of no-operation
 *  number before  0f 05  48 3d ?? f0 ff ff           the jump covers the syscall and the start of what follows,
 *                 0f 05  48 89 c?                    which moves into the stub
 * </pre>
 *
 * <p>The last two would break code that jumps to the instruction after the system call. No scan proves that
 * there is none, so such a jump is made to trap: its target is byte 2 of the new jump, that is bits 8..15 of
 * the distance to the stub, and only stubs are used for which that byte is an instruction that always traps.
 * {@link #continuesInStub} then goes on at the moved instruction.
 *
 * <p>The jumps are jumps, not calls: a call would write below the stack pointer, where programs keep live
 * data (System V ABI, red zone).
 */
final class TextPatcher {
    private static final int NONE = 0;
    private static final int NUMBER_FIRST = 1;
    private static final int NUMBER_FIRST_LONG = 2;
    private static final int NUMBER_BEFORE = 3;

    private static final int JUMP_BYTES = 5;
    private static final byte JUMP = (byte) 0xe9;
    private static final int SYSCALL = 0x050f;
    private static final int SYSCALL_BYTES = 2;
    private static final int WORD_BYTES = 8;
    private static final int MOV_BYTES = 5;
    private static final int LONG_MOV_BYTES = 7;
    private static final int COMPARE_BYTES = 6;
    private static final int COPY_BYTES = 3;
    private static final int NUMBER_MAX = 0x1ff;
    private static final short TWO_BYTE_NOP = (short) 0x9066;

    private static final int BREAKPOINT_VECTOR = 3;
    private static final int INVALID_OPCODE_VECTOR = 6;
    private static final int PROTECTION_VECTOR = 13;
    private static final int BREAKPOINT = 0xcc;

    private final AddressSpace space;
    private final Stubs stubs;

    TextPatcher(AddressSpace space, FrameSource frames, long entryAddress) {
        this.space = space;
        stubs = new Stubs(space, frames, entryAddress);
    }

    /** Whether the system call that ends at an offset of a page would be replaced. */
    static boolean wantsPatch(long frame, int offset) {
        int at = offset - SYSCALL_BYTES;
        return at >= 0 && Memory.getUnsignedShort(frame + at) == SYSCALL
                && patternAt(frame, at, PhysicalMemory.PAGE_BYTES) != NONE;
    }

    void patch(long frame, long address, int lengthBytes, long stubArea) {
        for (int at = nextSyscall(frame, 0, lengthBytes); at >= 0; at = nextSyscall(frame, at + 1, lengthBytes)) {
            switch (patternAt(frame, at, lengthBytes)) {
                case NUMBER_FIRST -> patchNumber(frame, address, at, MOV_BYTES, stubArea);
                case NUMBER_FIRST_LONG -> patchNumber(frame, address, at, LONG_MOV_BYTES, stubArea);
                case NUMBER_BEFORE -> patchFollowed(frame, address, at, stubArea);
                default -> { }
            }
        }
    }

    /** Undoes {@link #patch} in a copy. */
    void restore(long frame, long address, int lengthBytes) {
        for (int at = 0; at + JUMP_BYTES <= lengthBytes; at++) {
            if (Memory.getByte(frame + at) == JUMP) {
                stubs.restore(frame + at, address + at, lengthBytes - at);
            }
        }
    }

    long programAddress(long address) {
        return stubs.programAddress(address);
    }

    private void patchNumber(long frame, long address, int syscallAt, int movBytes, long stubArea) {
        int site = syscallAt - movBytes;
        int number = Memory.getInt(frame + syscallAt - 4);
        long stub = stubs.take(stubArea, address + site + JUMP_BYTES, false);
        if (stub == Stubs.NONE) {
            return;
        }
        stubs.writeNumber(stub, number, address + syscallAt + SYSCALL_BYTES);
        writeJump(frame + site, stub - (address + site + JUMP_BYTES));
        if (movBytes == LONG_MOV_BYTES) {
            Memory.putShort(frame + site + JUMP_BYTES, TWO_BYTE_NOP);
        }
    }

    private void patchFollowed(long frame, long address, int site, long stubArea) {
        long stub = stubs.take(stubArea, address + site + JUMP_BYTES, true);
        if (stub == Stubs.NONE) {
            return;
        }
        int moved = movedBytes(frame, site + SYSCALL_BYTES);
        stubs.writeFollowed(stub, frame + site + SYSCALL_BYTES, moved, address + site + SYSCALL_BYTES + moved);
        writeJump(frame + site, stub - (address + site + JUMP_BYTES));
    }

    private static void writeJump(long target, long distance) {
        Memory.putByte(target, JUMP);
        Memory.putInt(target + 1, (int) distance);
    }

    /**
     * Repairs a jump to the instruction that used to stand behind a system call.
     *
     * @return false when the exception of {@code user} is another
     */
    boolean continuesInStub(UserContext user) {
        long vector = user.register(UserContext.TRAP_INFO);
        if (vector != BREAKPOINT_VECTOR && vector != INVALID_OPCODE_VECTOR && vector != PROTECTION_VECTOR) {
            return false;
        }
        // A breakpoint reports the address behind it, SDM vol. 3 §6.15.
        long landed = user.register(UserContext.RIP) - (vector == BREAKPOINT_VECTOR ? 1 : 0);
        long site = landed - SYSCALL_BYTES;
        if (byteAt(site) != (JUMP & 0xff) || !Stubs.isTrapping(byteAt(landed))
                || (byteAt(landed) == BREAKPOINT) != (vector == BREAKPOINT_VECTOR)) {
            return false;
        }
        return continues(site, user);
    }

    /** The same for a context that stands behind a system call, in case that has just been replaced. */
    boolean continuesBehindCall(UserContext user) {
        long site = user.register(UserContext.RIP) - SYSCALL_BYTES;
        return byteAt(site) == (JUMP & 0xff) && continues(site, user);
    }

    /** Goes on at the instruction that the jump at {@code site} has taken the place of, if it is one of ours. */
    private boolean continues(long site, UserContext user) {
        int distance = byteAt(site + 1) | byteAt(site + 2) << 8 | byteAt(site + 3) << 16 | byteAt(site + 4) << 24;
        long moved = stubs.movedInstruction(site + JUMP_BYTES + distance);
        if (moved == Stubs.NONE) {
            return false;
        }
        user.setRegister(UserContext.RIP, moved);
        return true;
    }

    /** A byte of text that is mapped executable, or -1. */
    private int byteAt(long address) {
        long translation = space.translate(address);
        if ((translation & AddressSpace.EXECUTE) == 0) {
            return -1;
        }
        return Memory.getUnsignedByte((translation & -4096L) + (address & 4095));
    }

    /**
     * The offset of the next syscall instruction at or after {@code from}, or -1. Eight bytes are looked at together: a
     * byte of {@code others} is zero where 0f is followed by 05, and the lowest zero byte is found exactly (Hacker's
     * Delight §6-1).
     */
    private static int nextSyscall(long frame, int from, int lengthBytes) {
        int at = from;
        while (at + WORD_BYTES <= lengthBytes) {
            long word = Memory.getLong(frame + at);
            long others = word ^ 0x0f0f_0f0f_0f0f_0f0fL | word >>> 8 ^ 0x0505_0505_0505_0505L;
            long zeros = others - 0x0101_0101_0101_0101L & ~others & 0x8080_8080_8080_8080L;
            if (zeros != 0) {
                return at + Long.numberOfTrailingZeros(zeros) / 8;
            }
            at += WORD_BYTES - 1;
        }
        while (at + SYSCALL_BYTES <= lengthBytes) {
            if (Memory.getUnsignedShort(frame + at) == SYSCALL) {
                return at;
            }
            at++;
        }
        return -1;
    }

    private static int patternAt(long frame, int at, int lengthBytes) {
        if (at > MOV_BYTES && Memory.getUnsignedByte(frame + at - MOV_BYTES) == 0xb8 && isNumber(frame + at - 4)
                && !isRexOfAnother(Memory.getUnsignedByte(frame + at - MOV_BYTES - 1))) {
            return NUMBER_FIRST;
        }
        if (at >= LONG_MOV_BYTES && isNumber(frame + at - 4)
                && (Memory.getInt(frame + at - LONG_MOV_BYTES) & 0xffffff) == 0xc0c748) {
            return NUMBER_FIRST_LONG;
        }
        return at + SYSCALL_BYTES + COMPARE_BYTES <= lengthBytes && movedBytes(frame, at + SYSCALL_BYTES) > 0
                ? NUMBER_BEFORE : NONE;
    }

    /**
     * True for a REX prefix with B or W: behind it b8 loads another register than eax, or a longer number.
     */
    private static boolean isRexOfAnother(int value) {
        return (value & 0xf0) == 0x40 && (value & 0x09) != 0;
    }

    private static boolean isNumber(long address) {
        int number = Memory.getInt(address);
        return number >= 0 && number <= NUMBER_MAX;
    }

    /** The length of an instruction that may move from behind a system call into a stub, or 0. */
    private static int movedBytes(long frame, int at) {
        int start = Memory.getUnsignedShort(frame + at);
        if (start == 0x3d48 && Memory.getUnsignedShort(frame + at + 3) == 0xfff0
                && Memory.getUnsignedByte(frame + at + 5) == 0xff) {
            return COMPARE_BYTES;
        }
        return start == 0x8948 && (Memory.getUnsignedByte(frame + at + 2) & 0xf8) == 0xc0 ? COPY_BYTES : 0;
    }
}

package demitasse.machine;

import demitasse.base.memory.Memory;

/**
 * The registers of one task in raw memory, in the order of Linux's user_regs_struct, followed by the XSAVE area. The C
 * side of the platforms knows the same offsets.
 *
 * <pre>
 *    0 r15   8 r14  16 r13  24 r12  32 rbp  40 rbx  48 r11  56 r10  64 r9  72 r8  80 rax  88 rcx  96 rdx
 *  104 rsi 112 rdi 120 orig_rax 128 rip 136 cs 144 eflags 152 rsp 160 ss 168 fs_base 176 gs_base
 *  184 trapInfo 192 errorCode 200 faultAddress 208 flags          256 XSAVE area, standard format
 * </pre>
 */
public final class UserContext {
    public static final int R15 = 0;
    public static final int R14 = 8;
    public static final int R13 = 16;
    public static final int R12 = 24;
    public static final int RBP = 32;
    public static final int RBX = 40;
    public static final int R11 = 48;
    public static final int R10 = 56;
    public static final int R9 = 64;
    public static final int R8 = 72;
    public static final int RAX = 80;
    public static final int RCX = 88;
    public static final int RDX = 96;
    public static final int RSI = 104;
    public static final int RDI = 112;
    public static final int ORIG_RAX = 120;
    public static final int RIP = 128;
    public static final int CS = 136;
    public static final int EFLAGS = 144;
    public static final int RSP = 152;
    public static final int SS = 160;
    public static final int FS_BASE = 168;
    public static final int GS_BASE = 176;
    public static final int TRAP_INFO = 184;
    public static final int ERROR_CODE = 192;
    public static final int FAULT_ADDRESS = 200;
    public static final int FLAGS = 208;
    public static final int REGISTERS_BYTES = 256;
    public static final int VECTOR = 256;

    /** {@link #FLAGS}: every register counts, not only those that survive a system call. */
    public static final int FULL = 1;
    /** {@link #FLAGS}: the XSAVE area holds the state of this context. */
    public static final int VECTOR_VALID = 2;

    private final long address;

    /** @param address {@link Platform#contextBytes()} bytes, 64-byte aligned, zeroed */
    public UserContext(long address) {
        this.address = address;
    }

    public long address() {
        return address;
    }

    /** A register by its offset. */
    public long register(int offset) {
        return Memory.getLong(address + offset);
    }

    public void setRegister(int offset, long value) {
        Memory.putLong(address + offset, value);
    }

    /** Has {@link Platform#run} restore every register. To be called after editing any register but rax. */
    public void restoreFully() {
        Memory.putLong(address + FLAGS, Memory.getLong(address + FLAGS) | FULL);
    }
}

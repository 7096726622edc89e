package demitasse.posix.signal;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Task;

/**
 * Floating-point and vector registers in a signal frame and for debuggers: the XSAVE area in standard format, with what
 * asm/sigcontext.h calls struct _fpx_sw_bytes in the bytes that the CPU leaves to software.
 */
public final class VectorState {
    private static final int SOFTWARE = 464;
    private static final int SOFTWARE_EXTENDED_BYTES = SOFTWARE + 4;
    private static final int SOFTWARE_FEATURES = SOFTWARE + 8;
    private static final int SOFTWARE_STATE_BYTES = SOFTWARE + 16;
    private static final int MAGIC1 = 0x4650_5853;
    private static final int MAGIC2 = 0x4650_5845;
    private static final int MAGIC2_BYTES = 4;
    /** What FXSAVE stores, struct user_fpregs_struct. */
    public static final int LEGACY_BYTES = 512;
    private static final int CONTROL_DEFAULT = 0x37f;
    private static final int MXCSR_DEFAULT = 0x1f80;
    /** Intel SDM vol. 1 §13.4.2: XSTATE_BV, XCOMP_BV, reserved. */
    private static final int HEADER = 512;
    private static final int HEADER_BYTES = 64;
    private static final int MXCSR = 24;
    private static final int MXCSR_MASK = 28;
    private static final int MXCSR_DEFAULT_MASK = 0xffbf;
    private static final long X87_AND_SSE = 3;
    /** It stands where MPX stood, so the size does not tell of it. Where it is not there the platform clears it. */
    private static final long APX = 1 << 19;

    private VectorState() {
    }

    /** How long the state is; without XSAVE, {@link #LEGACY_BYTES}. */
    public static int areaBytes(Platform platform) {
        return platform.contextBytes() - UserContext.VECTOR;
    }

    static int frameBytes(Platform platform) {
        return areaBytes(platform) + MAGIC2_BYTES;
    }

    /**
     * The state components of an area: Linux tells the mask, but the platform tells only the size; the usual components
     * have fixed places (Intel SDM vol. 1 §13.5), so that it follows.
     */
    private static long features(int areaBytes) {
        if (areaBytes <= 576) {
            return X87_AND_SSE;
        }
        if (areaBytes <= 832) {
            return 0x7;
        }
        return areaBytes <= 2688 ? 0xe7 : 0x2e7;
    }

    /** Stores the task's state at a user address: 0 or -EFAULT. */
    static int store(Task task, long userAddress) {
        Platform platform = task.process().instance().platform();
        UserContext context = task.context();
        platform.saveVector(context);
        int areaBytes = areaBytes(platform);
        long area = context.address() + UserContext.VECTOR;
        Memory.fill(area + SOFTWARE, LEGACY_BYTES - SOFTWARE, (byte) 0);
        Memory.putInt(area + SOFTWARE, MAGIC1);
        Memory.putInt(area + SOFTWARE_EXTENDED_BYTES, areaBytes + MAGIC2_BYTES);
        Memory.putLong(area + SOFTWARE_FEATURES, features(areaBytes));
        Memory.putInt(area + SOFTWARE_STATE_BYTES, areaBytes);
        // As Linux: a handler that edits only the legacy part need not know of the header.
        Memory.putLong(area + HEADER, Memory.getLong(area + HEADER) | X87_AND_SSE);
        UserSpace memory = task.process().memory();
        if (memory.copyOut(area, userAddress, areaBytes) != 0) {
            return -EFAULT;
        }
        long magic = task.process().instance().scratch().take(MAGIC2_BYTES);
        Memory.putInt(magic, MAGIC2);
        return memory.copyOut(magic, userAddress + areaBytes, MAGIC2_BYTES);
    }

    /**
     * The state as ptrace(2) and core(5) show it: {@link #areaBytes}, with the components that the CPU knows where
     * debuggers look for them, asm/ptrace.h PTRACE_GETREGSET.
     */
    public static void show(Task task, long target) {
        Platform platform = task.process().instance().platform();
        UserContext context = task.context();
        platform.saveVector(context);
        int areaBytes = areaBytes(platform);
        Memory.copy(context.address() + UserContext.VECTOR, target, areaBytes);
        if ((context.register(UserContext.FLAGS) & UserContext.VECTOR_VALID) == 0) {
            Memory.fill(target, areaBytes, (byte) 0);
            Memory.putShort(target, (short) CONTROL_DEFAULT);
            Memory.putInt(target + MXCSR, MXCSR_DEFAULT);
        }
        Memory.fill(target + SOFTWARE, LEGACY_BYTES - SOFTWARE, (byte) 0);
        Memory.putLong(target + SOFTWARE, features(areaBytes));
    }

    /**
     * Takes a state as {@link #show} tells it.
     *
     * @param lengthBytes {@link #LEGACY_BYTES} leaves the rest as it is; otherwise {@link #areaBytes}
     * @return 0; -EINVAL for a header that no CPU would take
     */
    public static int change(Task task, long source, int lengthBytes) {
        Platform platform = task.process().instance().platform();
        UserContext context = task.context();
        int areaBytes = areaBytes(platform);
        if (lengthBytes > LEGACY_BYTES && !headerIsValid(source, features(areaBytes))) {
            return -EINVAL;
        }
        long area = context.address() + UserContext.VECTOR;
        platform.saveVector(context);
        platform.forgetVector(context);
        if ((context.register(UserContext.FLAGS) & UserContext.VECTOR_VALID) == 0) {
            Memory.fill(area, areaBytes, (byte) 0);
        }
        Memory.copy(source, area, lengthBytes);
        if (lengthBytes == LEGACY_BYTES && areaBytes > LEGACY_BYTES) {
            Memory.putLong(area + HEADER, Memory.getLong(area + HEADER) | X87_AND_SSE);
        }
        Memory.putInt(area + MXCSR, Memory.getInt(area + MXCSR) & MXCSR_DEFAULT_MASK);
        context.setRegister(UserContext.FLAGS,
                context.register(UserContext.FLAGS) | UserContext.FULL | UserContext.VECTOR_VALID);
        return 0;
    }

    /** Loads what a handler left at a user address; 0 stands for the initial state. */
    static int load(Task task, long userAddress) {
        Platform platform = task.process().instance().platform();
        UserContext context = task.context();
        // The segment bases come along; the area is overwritten below.
        platform.saveVector(context);
        platform.forgetVector(context);
        if (userAddress == 0) {
            context.setRegister(UserContext.FLAGS, UserContext.FULL);
            return 0;
        }
        int areaBytes = areaBytes(platform);
        long copy = task.process().instance().scratch().take(areaBytes + MAGIC2_BYTES);
        if (task.process().memory().copyIn(userAddress, copy, LEGACY_BYTES) != 0) {
            return -EFAULT;
        }
        Memory.fill(copy + HEADER, areaBytes - LEGACY_BYTES, (byte) 0);
        Memory.putLong(copy + HEADER, X87_AND_SSE);
        if (isExtended(copy, areaBytes)) {
            int restBytes = areaBytes + MAGIC2_BYTES - LEGACY_BYTES;
            if (task.process().memory().copyIn(userAddress + LEGACY_BYTES, copy + LEGACY_BYTES, restBytes) != 0) {
                return -EFAULT;
            }
            if (Memory.getInt(copy + areaBytes) != MAGIC2 || !headerIsValid(copy, features(areaBytes))) {
                return -EFAULT;
            }
        }
        long area = context.address() + UserContext.VECTOR;
        int mxcsrMask = Memory.getInt(area + MXCSR_MASK);
        Memory.copy(copy, area, areaBytes);
        // Reserved bits in MXCSR would fault in the kernel's XRSTOR.
        int allowed = mxcsrMask == 0 ? MXCSR_DEFAULT_MASK : mxcsrMask;
        Memory.putInt(area + MXCSR, Memory.getInt(area + MXCSR) & allowed);
        context.setRegister(UserContext.FLAGS, UserContext.FULL | UserContext.VECTOR_VALID);
        return 0;
    }

    private static boolean isExtended(long copy, int areaBytes) {
        return Memory.getInt(copy + SOFTWARE) == MAGIC1
                && Memory.getInt(copy + SOFTWARE_STATE_BYTES) == areaBytes
                && Memory.getInt(copy + SOFTWARE_EXTENDED_BYTES) == areaBytes + MAGIC2_BYTES;
    }

    /** XRSTOR faults on a compacted format, on unknown components and on reserved bytes that are set. */
    private static boolean headerIsValid(long copy, long features) {
        if ((Memory.getLong(copy + HEADER) & ~(features | APX)) != 0) {
            return false;
        }
        for (int i = 8; i < HEADER_BYTES; i += 8) {
            if (Memory.getLong(copy + HEADER + i) != 0) {
                return false;
            }
        }
        return true;
    }
}

package demitasse.posix.debug;

import static demitasse.base.error.Errno.EIO;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.signal.SignalFrame;
import demitasse.posix.task.Task;

/** The general registers of a task as struct user_regs_struct, sys/user.h: the start of its context, and ds to gs. */
public final class RegisterSets {
    /** Up to gs_base the structure is that of {@link UserContext}. */
    private static final int CONTEXT_BYTES = UserContext.GS_BASE + Long.BYTES;
    /** ds, es, fs and gs follow. */
    public static final int GENERAL_BYTES = CONTEXT_BYTES + 4 * Long.BYTES;

    private RegisterSets() {
    }

    /** Stores them, {@link #GENERAL_BYTES}; the instruction pointer as the program knows it. */
    public static void show(Task task, long target) {
        UserContext context = task.context();
        task.process().instance().platform().saveVector(context);
        Memory.copy(context.address(), target, CONTEXT_BYTES);
        Memory.fill(target + CONTEXT_BYTES, GENERAL_BYTES - CONTEXT_BYTES, (byte) 0);
        UserSpace memory = task.process().memory();
        Memory.putLong(target + UserContext.RIP, memory.programAddress(context.register(UserContext.RIP)));
    }

    /** Takes them: 0; -EIO for selectors other than those of 64-bit programs, or segment bases outside user memory. */
    public static int change(Task task, long source) {
        for (int offset = 0; offset < GENERAL_BYTES; offset += Long.BYTES) {
            if (!isValid(offset, Memory.getLong(source + offset), task)) {
                return -EIO;
            }
        }
        UserContext context = task.context();
        task.process().instance().platform().saveVector(context);
        task.process().instance().platform().forgetVector(context);
        for (int offset = 0; offset < CONTEXT_BYTES; offset += Long.BYTES) {
            set(context, offset, Memory.getLong(source + offset));
        }
        return 0;
    }

    private static boolean isValid(int offset, long value, Task task) {
        switch (offset) {
            case UserContext.CS, UserContext.SS:
                return value == task.context().register(offset);
            case UserContext.FS_BASE, UserContext.GS_BASE:
                return Long.compareUnsigned(value, AddressSpace.USER_END) < 0;
            default:
                return offset < CONTEXT_BYTES || value == 0;
        }
    }

    private static void set(UserContext context, int offset, long value) {
        if (offset == UserContext.EFLAGS) {
            long kept = context.register(UserContext.EFLAGS) & ~SignalFrame.EFLAGS_MASK;
            context.setRegister(UserContext.EFLAGS, kept | value & SignalFrame.EFLAGS_MASK);
        } else {
            context.setRegister(offset, value);
        }
        context.restoreFully();
    }
}

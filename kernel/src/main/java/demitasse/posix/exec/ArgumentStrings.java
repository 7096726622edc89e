package demitasse.posix.exec;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.UserAccess;
import demitasse.vfs.Name;

/**
 * The arguments and the environment of a program on their way: strings one after the other with their NULs,
 * arguments first, in one growing block of kernel memory. Has to be {@linkplain #free freed}.
 */
public final class ArgumentStrings {
    /** MAX_ARG_STRLEN, execve(2): with the NUL. */
    public static final int STRING_BYTES_MAX = 32 * 4096;
    /** No stack limit makes more room than this, execve(2): three quarters of _STK_LIM. */
    private static final long TOTAL_BYTES_MAX = 6 << 20;
    private static final long TOTAL_BYTES_MIN = 32 * 4096;
    private static final int POINTER_BYTES = 8;

    private final Pages pages;
    private final long limitBytes;
    private long address;
    private int order;
    private long usedBytes;
    private long argumentBytes;
    private int argumentCount;
    private int environmentCount;
    /** Strings of the array that is being added. */
    private int pendingCount;

    /**
     * @param stackLimitBytes RLIMIT_STACK (unsigned: -1 for none), of which a quarter is for strings and the
     *        pointers to them
     */
    public ArgumentStrings(Pages pages, long stackLimitBytes) {
        this.pages = pages;
        long quarter = stackLimitBytes >>> 2;
        limitBytes = Math.max(TOTAL_BYTES_MIN, Math.min(quarter, TOTAL_BYTES_MAX));
    }

    public void free() {
        if (address != 0) {
            pages.releaseRun(address, 1L << order);
            address = 0;
        }
    }

    /**
     * Adds an argument from kernel memory: 0, -E2BIG or -ENOMEM. All arguments come before the environment.
     */
    public int addArgument(Name string) {
        assert environmentCount == 0 : "arguments come first";
        int error = add(string.address(), string.length());
        if (error == 0) {
            argumentCount++;
            argumentBytes = usedBytes;
        }
        return error;
    }

    /** Adds a string of the form NAME=VALUE from kernel memory: 0, -E2BIG or -ENOMEM. */
    public int addEnvironment(Name string) {
        int error = add(string.address(), string.length());
        if (error == 0) {
            environmentCount++;
        }
        return error;
    }

    /**
     * Adds all arguments of a NULL-terminated array of user memory; also -EFAULT. For an array without any, and for
     * NULL, that is an empty one: programs rely on argv[0], execve(2) NOTES.
     */
    public int addArguments(UserAccess memory, long array) {
        int count = addAll(memory, array);
        if (count == 0) {
            int error = add(address, 0);
            count = error < 0 ? error : 1;
        }
        if (count < 0) {
            return count;
        }
        argumentCount += count;
        argumentBytes = usedBytes;
        return 0;
    }

    /** As {@link #addArguments}, for the environment. */
    public int addEnvironment(UserAccess memory, long array) {
        int count = addAll(memory, array);
        if (count < 0) {
            return count;
        }
        environmentCount += count;
        return 0;
    }

    private int addAll(UserAccess memory, long array) {
        if (array == 0) {
            return 0;
        }
        int count = 0;
        while (true) {
            int error = reserve(POINTER_BYTES);
            if (error < 0) {
                return error;
            }
            // The free end of the block is where the pointer is read to.
            error = memory.copyIn(array + (long) count * POINTER_BYTES, address + usedBytes, POINTER_BYTES);
            if (error < 0) {
                return error;
            }
            long string = Memory.getLong(address + usedBytes);
            if (string == 0) {
                pendingCount = 0;
                return count;
            }
            pendingCount = count;
            error = addFromUser(memory, string);
            if (error < 0) {
                return error;
            }
            count++;
        }
    }

    private int addFromUser(UserAccess memory, long string) {
        int room = 256;
        while (true) {
            int error = reserve(room);
            if (error < 0) {
                return error;
            }
            long length = memory.copyString(string, address + usedBytes, room);
            if (length >= 0) {
                return added(length);
            }
            if (length != -ENAMETOOLONG) {
                return (int) length;
            }
            if (room == STRING_BYTES_MAX) {
                return -E2BIG;
            }
            room = Math.min(room * 8, STRING_BYTES_MAX);
        }
    }

    private int add(long source, int length) {
        if (length >= STRING_BYTES_MAX) {
            return -E2BIG;
        }
        int error = reserve(length + 1);
        if (error < 0) {
            return error;
        }
        Memory.copy(source, address + usedBytes, length);
        Memory.putByte(address + usedBytes + length, (byte) 0);
        return added(length);
    }

    private int added(long length) {
        usedBytes += length + 1;
        long pointers = (long) POINTER_BYTES * (argumentCount + environmentCount + pendingCount + 1);
        return usedBytes + pointers > limitBytes ? -E2BIG : 0;
    }

    /** Makes room at the end of the block. */
    private int reserve(int bytes) {
        long needed = usedBytes + bytes;
        if (address != 0 && needed <= (long) Pages.PAGE_BYTES << order) {
            return 0;
        }
        int newOrder = address == 0 ? 0 : order + 1;
        while ((long) Pages.PAGE_BYTES << newOrder < needed) {
            newOrder++;
        }
        if (newOrder > Pages.ORDER_MAX) {
            return -E2BIG;
        }
        long grown = pages.allocate(newOrder);
        if (grown == Pages.NONE) {
            return -ENOMEM;
        }
        if (usedBytes > 0) {
            Memory.copy(address, grown, usedBytes);
        }
        free();
        address = grown;
        order = newOrder;
        return 0;
    }

    /**
     * Puts arguments of a script's interpreter in the place of the first argument.
     *
     * @param argument null for none
     * @return 0, -E2BIG or -ENOMEM
     */
    int replaceFirst(Name interpreter, Name argument, Name script) {
        ArgumentStrings old = new ArgumentStrings(pages, 0);
        old.take(this);
        long skipped = old.argumentCount == 0 ? 0 : lengthAt(old.address) + 1;
        int error = addArgument(interpreter);
        if (error == 0 && argument != null) {
            error = addArgument(argument);
        }
        if (error == 0) {
            error = addArgument(script);
        }
        if (error == 0) {
            error = append(old, skipped);
        }
        old.free();
        return error;
    }

    private void take(ArgumentStrings other) {
        address = other.address;
        order = other.order;
        usedBytes = other.usedBytes;
        argumentBytes = other.argumentBytes;
        argumentCount = other.argumentCount;
        environmentCount = other.environmentCount;
        other.address = 0;
        other.usedBytes = 0;
        other.argumentBytes = 0;
        other.argumentCount = 0;
        other.environmentCount = 0;
    }

    private int append(ArgumentStrings old, long skippedBytes) {
        long bytes = old.usedBytes - skippedBytes;
        int error = reserve((int) bytes);
        if (error < 0) {
            return error;
        }
        Memory.copy(old.address + skippedBytes, address + usedBytes, bytes);
        usedBytes += bytes;
        argumentBytes += old.argumentBytes - skippedBytes;
        argumentCount += Math.max(0, old.argumentCount - 1);
        environmentCount = old.environmentCount;
        long pointers = (long) POINTER_BYTES * (argumentCount + environmentCount);
        return usedBytes + pointers > limitBytes ? -E2BIG : 0;
    }

    private static long lengthAt(long string) {
        long length = 0;
        while (Memory.getByte(string + length) != 0) {
            length++;
        }
        return length;
    }

    int argumentCount() {
        return argumentCount;
    }

    int environmentCount() {
        return environmentCount;
    }

    /** All strings, as they are to stand on the stack. */
    long address() {
        return address;
    }

    long usedBytes() {
        return usedBytes;
    }

    /** The part of {@link #usedBytes} that is arguments. */
    long argumentBytes() {
        return argumentBytes;
    }

    /** The first argument as a view, empty without one: what a shell would call the program. */
    public void firstArgument(Name out) {
        if (argumentCount == 0) {
            out.set(AddressSpace.USER_START, 0);
        } else {
            out.set(address, (int) lengthAt(address));
        }
    }
}

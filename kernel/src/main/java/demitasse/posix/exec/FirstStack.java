package demitasse.posix.exec;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.UserSpace;

/**
 * What a program finds on its stack, System V ABI for x86-64 §3.4.1 "Process Initialization", in the order of
 * Linux:
 * <pre>
 *  top   8 zero bytes | file name | environment strings | argument strings
 *        random gap | "x86_64" | 16 random bytes | auxiliary vector | NULL | envp | NULL | argv | argc  
 *        stack pointer
 * </pre>
 */
final class FirstStack {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    /** Linux's stack_expand: what is mapped below the arguments from the start. */
    private static final long ROOM_BYTES = 32 * PAGE_BYTES;
    private static final int STACK_FLAGS = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_FIXED
            | MapFlags.MAP_GROWSDOWN | MapFlags.MAP_NORESERVE;
    private static final int RANDOM_BYTES = 16;
    private static final int RANDOM_GAP_MASK = 0x1fff;
    private static final int STACK_ALIGNMENT = 16;
    private static final long PLATFORM = 0x34365f363878L;
    private static final int PLATFORM_BYTES = 8;

    private final UserSpace memory;
    private final ArgumentStrings strings;
    private final AuxiliaryVector auxiliary;
    private long stringsAddress;
    private long at;

    FirstStack(UserSpace memory, ArgumentStrings strings, AuxiliaryVector auxiliary) {
        this.memory = memory;
        this.strings = strings;
        this.auxiliary = auxiliary;
    }

    /**
     * Maps and fills the stack.
     *
     * @param entropy, entropy2, entropy3 24 random bytes in three words; the last one moves the stack, unless it is 0
     * @return the stack pointer, or -ENOMEM
     */
    long build(ExecRequest request, long entropy, long entropy2, long entropy3) {
        long top = memory.stackTop();
        long nameBytes = request.fileName.length() + 1;
        stringsAddress = top - 8 - nameBytes - strings.usedBytes();
        long gap = entropy3 & RANDOM_GAP_MASK;
        long below = (stringsAddress - gap - PLATFORM_BYTES & -STACK_ALIGNMENT) - RANDOM_BYTES;
        long pointers = 1 + strings.argumentCount() + 1 + strings.environmentCount() + 1;
        long words = pointers + auxiliary.words();
        long stackPointer = below - words * 8 & -STACK_ALIGNMENT;
        long start = (stackPointer & -PAGE_BYTES) - ROOM_BYTES;
        long mapped = memory.map(start, top - start, AddressSpace.READ | AddressSpace.WRITE, STACK_FLAGS,
                null, 0, false);
        if (mapped < 0) {
            return mapped;
        }
        long name = top - 8 - nameBytes;
        boolean stored = copy(strings.address(), stringsAddress, strings.usedBytes())
                && copy(request.fileName.address(), name, nameBytes - 1);
        if (!stored) {
            return -ENOMEM;
        }
        long platform = below + RANDOM_BYTES;
        auxiliary.setStrings(name, below, platform);
        at = platform;
        stored = word(PLATFORM);
        at = below;
        stored = stored && word(entropy) && word(entropy2);
        at = stackPointer;
        if (!stored || !vectors()) {
            return -ENOMEM;
        }
        memory.program().setStack(stackPointer, stringsAddress, strings.argumentBytes(), strings.usedBytes());
        return stackPointer;
    }

    private boolean vectors() {
        long string = stringsAddress;
        boolean stored = word(strings.argumentCount());
        for (int i = 0; i < strings.argumentCount() && stored; i++) {
            stored = word(string);
            string = next(string);
        }
        stored = stored && word(0);
        for (int i = 0; i < strings.environmentCount() && stored; i++) {
            stored = word(string);
            string = next(string);
        }
        stored = stored && word(0);
        memory.program().setAuxiliary(at, auxiliary.words() * 8);
        for (int i = 0; i < auxiliary.words() && stored; i++) {
            stored = word(auxiliary.word(i));
        }
        return stored;
    }

    /** The user address of the string after one, found in the kernel's own copy. */
    private long next(long string) {
        long local = strings.address() + (string - stringsAddress);
        while (Memory.getByte(local) != 0) {
            local++;
        }
        return stringsAddress + (local + 1 - strings.address());
    }

    private boolean copy(long source, long target, long bytes) {
        return bytes == 0 || memory.copyOutPartly(source, target, bytes) == bytes;
    }

    /** Stores a word; the place is a multiple of 8. */
    private boolean word(long value) {
        long kernel = memory.reach(at, AddressSpace.WRITE);
        if (kernel == 0) {
            return false;
        }
        Memory.putLong(kernel, value);
        at += 8;
        return true;
    }
}

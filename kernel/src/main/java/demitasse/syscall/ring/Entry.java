package demitasse.syscall.ring;

import demitasse.base.memory.Memory;

/** struct io_uring_sqe in the memory of a ring, io_uring_enter(2). The program may change it at any time. */
final class Entry {
    private Entry() {
    }

    static int operation(long entry) {
        return Memory.getUnsignedByte(entry);
    }

    static int flags(long entry) {
        return Memory.getUnsignedByte(entry + 1);
    }

    static int priority(long entry) {
        return Memory.getUnsignedShort(entry + 2);
    }

    static int fd(long entry) {
        return Memory.getInt(entry + 4);
    }

    /** Also the second address. */
    static long offset(long entry) {
        return Memory.getLong(entry + 8);
    }

    static long address(long entry) {
        return Memory.getLong(entry + 16);
    }

    static int length(long entry) {
        return Memory.getInt(entry + 24);
    }

    /** The flags of the operation. */
    static int modifiers(long entry) {
        return Memory.getInt(entry + 28);
    }

    static long userData(long entry) {
        return Memory.getLong(entry + 32);
    }

    /** The number of a registered buffer or of a group of provided ones. */
    static int buffer(long entry) {
        return Memory.getUnsignedShort(entry + 40);
    }

    static int personality(long entry) {
        return Memory.getUnsignedShort(entry + 42);
    }

    /** A place among the registered files plus 1, or a second descriptor. */
    static int file(long entry) {
        return Memory.getInt(entry + 44);
    }

    static long thirdAddress(long entry) {
        return Memory.getLong(entry + 48);
    }
}

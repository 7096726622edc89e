package demitasse.posix.ipc;

import demitasse.alloc.Allocator;
import demitasse.base.memory.JavaHeap;

/** A message in a queue: its bytes stand in raw memory, which it owns. */
public final class Message {
    /** What one takes of the kernel's heap, beside its bytes. */
    private static final int HEAP_BYTES = 64;

    /** The type of a System V message, the priority of a POSIX one. */
    public final long type;
    public final int lengthBytes;
    private final Allocator allocator;
    private final long address;
    Message next;

    private Message(Allocator allocator, long address, long type, int lengthBytes) {
        this.allocator = allocator;
        this.address = address;
        this.type = type;
        this.lengthBytes = lengthBytes;
    }

    /** Null without memory. */
    public static Message make(Allocator allocator, long type, int lengthBytes) {
        if (!JavaHeap.hasRoom(HEAP_BYTES)) {
            return null;
        }
        long address = lengthBytes == 0 ? Allocator.NONE : allocator.allocate(lengthBytes, 1);
        boolean failed = lengthBytes != 0 && address == Allocator.NONE;
        if (failed) {
            return null;
        }
        JavaHeap.take(HEAP_BYTES);
        return new Message(allocator, address, type, lengthBytes);
    }

    /** Where its bytes stand. */
    public long address() {
        return address;
    }

    public void free() {
        JavaHeap.give(HEAP_BYTES);
        allocator.free(address, lengthBytes);
    }
}

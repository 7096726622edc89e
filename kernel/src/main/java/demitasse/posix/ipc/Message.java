package demitasse.posix.ipc;

import demitasse.alloc.Allocator;

/** A message in a queue: its bytes stand in raw memory, which it owns. */
public final class Message {
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
        long address = lengthBytes == 0 ? Allocator.NONE : allocator.allocate(lengthBytes, 1);
        boolean failed = lengthBytes != 0 && address == Allocator.NONE;
        return failed ? null : new Message(allocator, address, type, lengthBytes);
    }

    /** Where its bytes stand. */
    public long address() {
        return address;
    }

    public void free() {
        allocator.free(address, lengthBytes);
    }
}

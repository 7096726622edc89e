package demitasse.posix.ring;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.collect.LongMap;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.UserSpace;

/**
 * Groups of buffers from which a request takes one when it has data for it: handed in one by one,
 * IORING_OP_PROVIDE_BUFFERS, or in a ring in the memory of the program, IORING_REGISTER_PBUF_RING. An entry of such a
 * ring is 0 u64 address, 8 u32 length, 12 u16 identifier; the tail stands at 14 of the first.
 */
public final class ProvidedBuffers {
    private static final int GROUPS_MAX = 1 << 16;
    /** Of one group: identifiers have 16 bits. */
    private static final int BUFFERS_MAX = 1 << 16;
    /** Of the kernel's heap. */
    private static final int GROUP_BYTES = 128;
    private static final int BUFFER_BYTES = 48;
    private static final int ENTRY_BYTES = 16;
    private static final int TAIL = 14;

    /** By their numbers plus 1: a map has no key 0. */
    private final LongMap<Group> groups = new LongMap<>();
    private long takenBytes;
    private long address;
    private long lengthBytes;
    private int identifier;

    /** The ring is gone. */
    void clear() {
        gave(takenBytes);
    }

    /** What {@link #look} found. */
    long address() {
        return address;
    }

    long lengthBytes() {
        return lengthBytes;
    }

    /** Looks at the next buffer of a group without taking it; false when there is none. */
    boolean look(int groupId, UserSpace memory) {
        Group group = groups.at(groupId + 1L);
        if (group == null) {
            return false;
        }
        if (group.ring != 0) {
            return lookInRing(group, memory);
        }
        Buffer first = group.first;
        if (first != null) {
            address = first.address;
            lengthBytes = first.lengthBytes;
            identifier = first.identifier;
        }
        return first != null;
    }

    private boolean lookInRing(Group group, UserSpace memory) {
        long tail = memory.reach(group.ring + TAIL, AddressSpace.READ);
        if (tail == 0 || Memory.getUnsignedShort(tail) == (group.head & 0xffff)) {
            return false;
        }
        long entry = group.ring + (group.head & group.entries - 1) * (long) ENTRY_BYTES;
        // Aligned, so it does not straddle a page.
        long at = memory.reach(entry, AddressSpace.READ);
        if (at == 0) {
            return false;
        }
        address = Memory.getLong(at);
        lengthBytes = Memory.getUnsignedInt(at + 8);
        identifier = Memory.getUnsignedShort(at + 12);
        return true;
    }

    /** Takes the buffer that {@link #look} found; its identifier. */
    int take(int groupId) {
        Group group = groups.at(groupId + 1L);
        if (group.ring != 0) {
            group.head++;
        } else {
            group.first = group.first.next;
            group.count--;
            gave(BUFFER_BYTES);
        }
        return identifier;
    }

    /** IORING_OP_PROVIDE_BUFFERS: buffers of one size, one behind the other, with ascending identifiers. */
    public int provide(int groupId, long start, long bytes, int count, int firstIdentifier) {
        Group group = groups.at(groupId + 1L);
        if (group != null && group.ring != 0) {
            return -EINVAL;
        }
        int already = group == null ? 0 : group.count;
        if (already + count > BUFFERS_MAX || !JavaHeap.hasRoom(GROUP_BYTES + (long) count * BUFFER_BYTES)) {
            return -ENOMEM;
        }
        if (group == null) {
            group = add(groupId);
        }
        append(group, start, bytes, count, firstIdentifier);
        return 0;
    }

    private Group add(int groupId) {
        Group group = new Group();
        groups.put(groupId + 1L, group);
        took(GROUP_BYTES);
        return group;
    }

    private void append(Group group, long start, long bytes, int count, int firstIdentifier) {
        Buffer last = group.first == null ? null : group.last;
        for (int i = 0; i < count; i++) {
            Buffer buffer = new Buffer(start + i * bytes, bytes, firstIdentifier + i);
            if (last == null) {
                group.first = buffer;
            } else {
                last.next = buffer;
            }
            last = buffer;
        }
        group.last = last;
        group.count += count;
        took((long) count * BUFFER_BYTES);
    }

    /** IORING_OP_REMOVE_BUFFERS: how many went, or -ENOENT, -EINVAL. */
    public int remove(int groupId, int count) {
        Group group = groups.at(groupId + 1L);
        if (group == null) {
            return -ENOENT;
        }
        if (group.ring != 0) {
            return -EINVAL;
        }
        int removed = 0;
        while (removed < count && group.first != null) {
            group.first = group.first.next;
            group.count--;
            removed++;
        }
        gave((long) removed * BUFFER_BYTES);
        return removed;
    }

    /** IORING_REGISTER_PBUF_RING. */
    public int addRing(int groupId, long ring, int entries) {
        Group group = groups.at(groupId + 1L);
        if (group != null && (group.ring != 0 || group.first != null)) {
            return -EEXIST;
        }
        assert groupId < GROUPS_MAX : "a group number has 16 bits";
        if (group == null && !JavaHeap.hasRoom(GROUP_BYTES)) {
            return -ENOMEM;
        }
        group = group == null ? add(groupId) : group;
        group.ring = ring;
        group.entries = entries;
        return 0;
    }

    /** IORING_UNREGISTER_PBUF_RING. */
    public int removeRing(int groupId) {
        Group group = groups.at(groupId + 1L);
        if (group == null) {
            return -ENOENT;
        }
        if (group.ring == 0) {
            return -EINVAL;
        }
        groups.remove(groupId + 1L);
        gave(GROUP_BYTES);
        return 0;
    }

    private void took(long bytes) {
        takenBytes += bytes;
        JavaHeap.take(bytes);
    }

    private void gave(long bytes) {
        took(-bytes);
    }

    private static final class Group {
        private Buffer first;
        /** The last, while there is any. */
        private Buffer last;
        private int count;
        private long ring;
        private int entries;
        private int head;
    }

    private static final class Buffer {
        private final long address;
        private final long lengthBytes;
        private final int identifier;
        private Buffer next;

        Buffer(long address, long lengthBytes, int identifier) {
            this.address = address;
            this.lengthBytes = lengthBytes;
            this.identifier = identifier;
        }
    }
}

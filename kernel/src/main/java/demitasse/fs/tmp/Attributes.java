package demitasse.fs.tmp;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.ENODATA;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.alloc.Allocator;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.vfs.Name;

/** The extended attributes of one file, xattr(7): a list, for files have few. Names and values stand in raw memory. */
final class Attributes {
    private static final int XATTR_CREATE = 1;
    private static final int XATTR_REPLACE = 2;
    /** As on ext4 with its block of attributes, though there it is bytes that count. */
    private static final int COUNT_MAX = 256;
    /** What one takes of the kernel's heap, about, with a share of the list and of the table that it hangs on. */
    private static final int HEAP_BYTES = 192;

    private final Allocator allocator;
    private One first;

    Attributes(Allocator allocator) {
        this.allocator = allocator;
    }

    long read(Name name, long target, int capacityBytes) {
        One one = find(name);
        if (one == null) {
            return -ENODATA;
        }
        if (capacityBytes == 0) {
            return one.valueBytes;
        }
        if (one.valueBytes > capacityBytes) {
            return -ERANGE;
        }
        Memory.copy(one.value, target, one.valueBytes);
        return one.valueBytes;
    }

    int set(Name name, long value, int sizeBytes, int flags) {
        One one = find(name);
        if (one != null && (flags & XATTR_CREATE) != 0) {
            return -EEXIST;
        }
        if (one == null && (flags & XATTR_REPLACE) != 0) {
            return -ENODATA;
        }
        if (one == null && name(COUNT_MAX - 1) != null) {
            return -ENOSPC;
        }
        if (one == null && !JavaHeap.hasRoom(HEAP_BYTES)) {
            return -ENOMEM;
        }
        long copy = copy(value, sizeBytes);
        long nameCopy = one == null ? copy(name.address(), name.length()) : Allocator.NONE;
        if (copy == Allocator.NONE && sizeBytes > 0 || one == null && nameCopy == Allocator.NONE) {
            allocator.free(copy, sizeBytes);
            return -ENOMEM;
        }
        if (one == null) {
            JavaHeap.take(HEAP_BYTES);
            one = new One(new Name(nameCopy, name.length()));
            one.next = first;
            first = one;
        } else {
            allocator.free(one.value, one.valueBytes);
        }
        one.value = copy;
        one.valueBytes = sizeBytes;
        return 0;
    }

    int remove(Name name) {
        One before = null;
        for (One one = first; one != null; one = one.next) {
            if (one.name.sameBytes(name)) {
                if (before == null) {
                    first = one.next;
                } else {
                    before.next = one.next;
                }
                free(one);
                return 0;
            }
            before = one;
        }
        return -ENODATA;
    }

    /** The name at an index; null behind the last. */
    Name name(int index) {
        One one = first;
        for (int i = 0; i < index && one != null; i++) {
            one = one.next;
        }
        return one == null ? null : one.name;
    }

    boolean isEmpty() {
        return first == null;
    }

    /** The file is gone. */
    void release() {
        for (One one = first; one != null; one = one.next) {
            free(one);
        }
        first = null;
    }

    private long copy(long source, int lengthBytes) {
        long copy = lengthBytes == 0 ? Allocator.NONE : allocator.allocate(lengthBytes, 1);
        if (copy != Allocator.NONE) {
            Memory.copy(source, copy, lengthBytes);
        }
        return copy;
    }

    private void free(One one) {
        JavaHeap.give(HEAP_BYTES);
        allocator.free(one.name.address(), one.name.length());
        allocator.free(one.value, one.valueBytes);
    }

    private One find(Name name) {
        One one = first;
        while (one != null && !one.name.sameBytes(name)) {
            one = one.next;
        }
        return one;
    }

    private static final class One {
        private final Name name;
        private long value;
        private int valueBytes;
        private One next;

        One(Name name) {
            this.name = name;
        }
    }
}

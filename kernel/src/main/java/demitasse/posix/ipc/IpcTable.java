package demitasse.posix.ipc;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EIDRM;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.base.memory.JavaHeap;

/** The objects of one kind by identifier and by key. */
public final class IpcTable<T extends IpcObject> {
    public static final int IPC_CREAT = 01000;
    public static final int IPC_EXCL = 02000;
    /** IPCMNI of Linux: an index has fifteen bits, the sequence stands above them. */
    private static final int INDEX_BITS = 15;
    private static final int SEQUENCE_MAX = (1 << 31 - INDEX_BITS) - 1;
    private static final int INITIAL_CAPACITY = 16;

    private int limit;
    private Object[] slots = new Object[INITIAL_CAPACITY];
    private int count;
    private int lastIndex = -1;
    private int sequence;
    private int error;

    IpcTable(int limit) {
        this.limit = limit;
    }

    void setLimit(int newLimit) {
        limit = newLimit;
    }

    /** The object of an identifier; null, then {@link #error} tells why. */
    public T find(int id) {
        T object = id < 0 ? null : at(id & (1 << INDEX_BITS) - 1);
        if (object == null) {
            error = -EINVAL;
            return null;
        }
        error = -EIDRM;
        return object.id == id ? object : null;
    }

    /** -EINVAL for an identifier that stands for nothing, -EIDRM for one of a removed object. */
    public int error() {
        return error;
    }

    /** The object at an index, for SHM_STAT and its like; null when there is none. */
    @SuppressWarnings("unchecked")
    public T at(int index) {
        return index >= 0 && index < slots.length ? (T) slots[index] : null;
    }

    /** The object of a key that shmget(2) and its like ask for: null, and {@link #error} 0 when one is to be made. */
    public T wanted(int key, int flags) {
        T found = key == IpcObject.IPC_PRIVATE ? null : byKey(key);
        error = 0;
        if (found == null && key != IpcObject.IPC_PRIVATE && (flags & IPC_CREAT) == 0) {
            error = -ENOENT;
        } else if (found == null && count >= limit) {
            error = -ENOSPC;
        } else if (found == null && !JavaHeap.hasRoom(IpcObject.HEAP_BYTES)) {
            error = -ENOMEM;
        } else if (found != null && (flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL)) {
            error = -EEXIST;
            return null;
        }
        return found;
    }

    private T byKey(int key) {
        for (int i = 0; i < slots.length; i++) {
            T object = at(i);
            if (object != null && object.key == key) {
                return object;
            }
        }
        return null;
    }

    /** Gives an object its identifier. */
    public int add(T object) {
        int index = 0;
        while (index < slots.length && slots[index] != null) {
            index++;
        }
        if (index == slots.length) {
            Object[] more = new Object[slots.length * 2];
            System.arraycopy(slots, 0, more, 0, slots.length);
            slots = more;
        }
        if (index <= lastIndex) {
            sequence = sequence == SEQUENCE_MAX ? 0 : sequence + 1;
        }
        lastIndex = index;
        slots[index] = object;
        object.id = sequence << INDEX_BITS | index;
        count++;
        JavaHeap.take(object.heapBytes());
        return object.id;
    }

    void remove(T object) {
        slots[object.id & (1 << INDEX_BITS) - 1] = null;
        count--;
        JavaHeap.give(object.heapBytes());
        object.noteRemoved();
    }

    public int count() {
        return count;
    }

    /** The highest index in use, as the *_INFO commands answer; 0 when there is none. */
    public int highestIndex() {
        int index = slots.length - 1;
        while (index > 0 && slots[index] == null) {
            index--;
        }
        return index;
    }

    /** The sequence number in an identifier, ipc_perm's __seq. */
    public static int sequenceOf(int id) {
        return id >>> INDEX_BITS;
    }
}

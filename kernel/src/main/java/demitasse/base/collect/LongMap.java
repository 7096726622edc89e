package demitasse.base.collect;

/**
 * A hash table from numbers other than 0 to objects: open addressing, linear probing, grows and never
 * shrinks.
 */
public final class LongMap<T> {
    private static final int INITIAL_CAPACITY = 64;
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private long[] keys = new long[INITIAL_CAPACITY];
    private Object[] values = new Object[INITIAL_CAPACITY];
    private int count;

    /** The object of a key, or null. */
    @SuppressWarnings("unchecked")
    public T at(long key) {
        int index = slotOf(key);
        return keys[index] == key ? (T) values[index] : null;
    }

    /** Adds or replaces. */
    public void put(long key, T value) {
        assert key != 0 && value != null : "0 marks a free slot";
        int index = slotOf(key);
        if (keys[index] == 0) {
            if (++count * 2 > keys.length) {
                grow();
                index = slotOf(key);
            }
            keys[index] = key;
        }
        values[index] = value;
    }

    /** Removes a key if it is there. */
    public void remove(long key) {
        int hole = slotOf(key);
        if (keys[hole] != key) {
            return;
        }
        count--;
        int mask = keys.length - 1;
        // Close the gap: whoever could not stand at its own place because of the removed one moves up.
        int index = hole + 1 & mask;
        while (keys[index] != 0) {
            int home = home(keys[index]);
            if ((index - home & mask) >= (index - hole & mask)) {
                keys[hole] = keys[index];
                values[hole] = values[index];
                hole = index;
            }
            index = index + 1 & mask;
        }
        keys[hole] = 0;
        values[hole] = null;
    }

    public int count() {
        return count;
    }

    /** The slot of a key, or the free one where it would go. */
    private int slotOf(long key) {
        int mask = keys.length - 1;
        int index = home(key);
        while (keys[index] != 0 && keys[index] != key) {
            index = index + 1 & mask;
        }
        return index;
    }

    private int home(long key) {
        return (int) (key * GOLDEN_RATIO >>> 32) & keys.length - 1;
    }

    private void grow() {
        long[] oldKeys = keys;
        Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int index = slotOf(oldKeys[i]);
                keys[index] = oldKeys[i];
                values[index] = oldValues[i];
            }
        }
    }
}

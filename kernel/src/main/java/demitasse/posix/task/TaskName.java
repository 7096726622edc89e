package demitasse.posix.task;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;

/** The name of a thread, at most 15 bytes as in Linux (TASK_COMM_LEN 16): two words, so it costs no memory block. */
public final class TaskName {
    public static final int CAPACITY_BYTES = 16;

    private long low;
    private long high;

    /** Takes bytes up to a NUL, at most 15. */
    public void set(long address, int lengthBytes) {
        low = 0;
        high = 0;
        for (int i = 0; i < lengthBytes && i < CAPACITY_BYTES - 1; i++) {
            long value = Memory.getUnsignedByte(address + i);
            if (value == 0) {
                return;
            }
            put(i, value);
        }
    }

    /** Takes up to 15 characters of ASCII. */
    @ColdPath("once")
    public void set(String text) {
        low = 0;
        high = 0;
        for (int i = 0; i < text.length() && i < CAPACITY_BYTES - 1; i++) {
            put(i, text.charAt(i));
        }
    }

    private void put(int index, long value) {
        if (index < 8) {
            low |= value << 8 * index;
        } else {
            high |= value << 8 * (index - 8);
        }
    }

    /** Takes the last component of a file's name, as execve(2) does. */
    public void setAfterFile(long address, int lengthBytes) {
        int start = lengthBytes;
        while (start > 0 && Memory.getByte(address + start - 1) != '/') {
            start--;
        }
        set(address + start, lengthBytes - start);
    }

    public void set(TaskName other) {
        low = other.low;
        high = other.high;
    }

    /** Stores 16 bytes, NUL-padded. */
    public void store(long address) {
        Memory.putLong(address, low);
        Memory.putLong(address + 8, high);
    }

    public int length() {
        int length = 0;
        while (at(length) != 0) {
            length++;
        }
        return length;
    }

    /** The byte at an index; 0 behind the end. */
    public int at(int index) {
        long word = index < 8 ? low >>> 8 * index : high >>> 8 * (index - 8);
        return index >= CAPACITY_BYTES ? 0 : (int) (word & 0xff);
    }
}

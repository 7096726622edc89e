package demitasse.posix.signal;

import demitasse.base.memory.Memory;

/** What is told about one signal: siginfo_t, sigaction(2), as three numbers and 32 bytes of its union. */
public final class SignalInfo {
    public static final int SIZE_BYTES = 128;

    /** si_code: sent by kill(2). */
    public static final int SI_USER = 0;
    /** si_code: sent by the kernel. */
    public static final int SI_KERNEL = 0x80;
    public static final int SI_QUEUE = -1;
    public static final int SI_TIMER = -2;
    public static final int SI_TKILL = -6;

    private static final long TICK_NS = 10_000_000;
    private static final int NUMBER = 0;
    private static final int ERRNO = 4;
    private static final int CODE = 8;
    private static final int FIELDS = 16;
    private static final int FIELD_COUNT = 4;

    public int number;
    public int errno;
    public int code;
    /** The union _sifields, eight bytes each, from offset 16. */
    public long field0;
    public long field1;
    public long field2;
    public long field3;

    /** The next in a {@link PendingSignals}, or among the spare ones. */
    SignalInfo next;
    /** Whose it is while it waits. */
    SignalInfoPool.Receiver receiver;

    /** A signal about which nothing else is known. */
    public SignalInfo set(int newNumber, int newCode) {
        number = newNumber;
        errno = 0;
        code = newCode;
        field0 = 0;
        field1 = 0;
        field2 = 0;
        field3 = 0;
        return this;
    }

    /** si_pid, si_uid. */
    public SignalInfo from(int pid, int uid) {
        field0 = pid & 0xffff_ffffL | (long) uid << 32;
        return this;
    }

    /** si_value. */
    public SignalInfo value(long newValue) {
        field1 = newValue;
        return this;
    }

    /** si_addr. */
    public SignalInfo at(long address) {
        field0 = address;
        return this;
    }

    /** si_status, of SIGCHLD. */
    public SignalInfo status(int status) {
        field1 = status & 0xffff_ffffL;
        return this;
    }

    /** si_utime and si_stime of SIGCHLD, in clock ticks. */
    public SignalInfo times(long cpuNs, long kernelNs) {
        field2 = (cpuNs - kernelNs) / TICK_NS;
        field3 = kernelNs / TICK_NS;
        return this;
    }

    public void copyFrom(SignalInfo other) {
        number = other.number;
        errno = other.errno;
        code = other.code;
        field0 = other.field0;
        field1 = other.field1;
        field2 = other.field2;
        field3 = other.field3;
    }

    /** Stores a siginfo_t of {@link #SIZE_BYTES} bytes. */
    public void store(long address) {
        Memory.fill(address, SIZE_BYTES, (byte) 0);
        Memory.putInt(address + NUMBER, number);
        Memory.putInt(address + ERRNO, errno);
        Memory.putInt(address + CODE, code);
        Memory.putLong(address + FIELDS, field0);
        Memory.putLong(address + FIELDS + 8, field1);
        Memory.putLong(address + FIELDS + 16, field2);
        Memory.putLong(address + FIELDS + 24, field3);
    }

    /** Takes a siginfo_t, all of it that Linux keeps too (48 bytes). */
    public void load(long address) {
        number = Memory.getInt(address + NUMBER);
        errno = Memory.getInt(address + ERRNO);
        code = Memory.getInt(address + CODE);
        field0 = Memory.getLong(address + FIELDS);
        field1 = Memory.getLong(address + FIELDS + 8);
        field2 = Memory.getLong(address + FIELDS + 16);
        field3 = Memory.getLong(address + FIELDS + 24);
    }

    /** How many bytes of the structure {@link #load} looks at. */
    public static int loadedBytes() {
        return FIELDS + FIELD_COUNT * 8;
    }
}

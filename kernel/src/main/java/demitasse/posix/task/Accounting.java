package demitasse.posix.task;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.Memory;
import demitasse.posix.namespace.PidNamespace;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;

/**
 * acct(2): while it is on, a record of each process that ends is appended to a file, as who has turned it on sees
 * them, pid_namespaces(7).
 *
 * <pre>
 * struct acct_v3 of linux/acct.h: 0 flags, 1 version, 2 terminal, 4 exit status, 8 uid, 12 gid, 16 pid, 20 parent,
 * 24 begin (s), 28 duration (ticks, IEEE single), then in comp_t of 13 bits and 3 of an exponent to base 8:
 * 32 user and 34 system time (ticks), 36 memory (KB), 38 to 46 i/o, faults and swaps; 48 name
 * </pre>
 */
public final class Accounting {
    private static final int RECORD_BYTES = 64;
    private static final int VERSION = 3;
    /** ac_flag: no exec after fork, dumped, killed. Whether privileges were made use of (ASU) is not noted. */
    private static final int FORKED = 1;
    private static final int DUMPED = 8;
    private static final int SIGNALLED = 16;
    private static final int NAME_OFFSET = 48;
    private static final long NS_PER_TICK = 10_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int FRACTION_MAX = 0x1fff;
    private static final int FRACTION_BITS = 13;
    private static final int SINGLE_FRACTION_BITS = 23;
    private static final int SINGLE_BIAS = 127;
    private static final int KIB_SHIFT = 10;
    private static final long SIGNAL_MASK = 0x7f;

    private final KernelTransfer transfer = new KernelTransfer();
    /** Null while it is off. */
    private FileHandle file;
    /** Whose processes are recorded, by the numbers that they have there. */
    private PidNamespace seen;

    /** Takes a file over that is open for appending; null to end. */
    public void setFile(FileHandle newFile, PidNamespace namespace) {
        FileHandle old = file;
        file = newFile;
        seen = namespace;
        if (old != null) {
            old.release();
        }
    }

    void ended(Process process) {
        if (file != null && seen.contains(process.pidNamespace())) {
            record(process);
        }
    }

    /** What cannot be written is lost, as on Linux. */
    @ColdPath("only while acct(2) is on")
    private void record(Process process) {
        Instance instance = process.instance();
        Buffer page = instance.files().word();
        if (page == null) {
            return;
        }
        long record = page.address();
        Memory.fill(record, RECORD_BYTES, (byte) 0);
        Credentials who = process.credentials();
        int status = process.exitStatus();
        int flags = (process.hasExecuted() ? 0 : FORKED)
                | ((status & Process.DUMPED) != 0 ? DUMPED : 0) | ((status & SIGNAL_MASK) != 0 ? SIGNALLED : 0);
        Memory.putByte(record, (byte) flags);
        Memory.putByte(record + 1, (byte) VERSION);
        Memory.putShort(record + 2, (short) (process.terminal() == null ? 0 : process.terminal().device()));
        Memory.putInt(record + 4, status);
        Memory.putInt(record + 8, who.uid);
        Memory.putInt(record + 12, who.gid);
        Memory.putInt(record + 16, seen.numberOf(process.pid()));
        Memory.putInt(record + 20, process.parent() == null ? 0 : seen.numberOf(process.parent().pid()));
        long lastedNs = instance.nowNs() - process.startedNs();
        Memory.putInt(record + 24, (int) ((instance.platform().clock().realtimeNs() - lastedNs) / NS_PER_S));
        Memory.putInt(record + 28, single(lastedNs / NS_PER_TICK));
        Memory.putShort(record + 32, compressed(process.usage().cpuNs() / NS_PER_TICK));
        long mapped = process.memory() == null ? 0 : process.memory().mappedBytes();
        Memory.putShort(record + 36, compressed(mapped >> KIB_SHIFT));
        process.lastTask.name().store(record + NAME_OFFSET);
        file.write(transfer.set(record, RECORD_BYTES), FileHandle.CURRENT);
    }

    /** comp_t: the last digit that does not fit is rounded. */
    private static short compressed(long value) {
        int exponent = 0;
        long rest = value;
        boolean up = false;
        while (rest > FRACTION_MAX) {
            up = (rest & 4) != 0;
            rest >>>= 3;
            exponent++;
        }
        if (up && ++rest > FRACTION_MAX) {
            rest >>>= 3;
            exponent++;
        }
        return exponent > 7 ? (short) -1 : (short) (exponent << FRACTION_BITS | (int) rest);
    }

    /** The bits of a number of IEEE 754's single precision, cut off. */
    private static int single(long value) {
        if (value <= 0) {
            return 0;
        }
        int top = 63 - Long.numberOfLeadingZeros(value);
        long fraction = top > SINGLE_FRACTION_BITS ? value >>> top - SINGLE_FRACTION_BITS
                : value << SINGLE_FRACTION_BITS - top;
        return top + SINGLE_BIAS << SINGLE_FRACTION_BITS | (int) fraction & (1 << SINGLE_FRACTION_BITS) - 1;
    }
}

package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.Ipc;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.IpcObject;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.ipc.SemaphoreSet;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** semctl(2). */
final class Semctl {
    private static final int GETPID = 11;
    private static final int GETVAL = 12;
    private static final int GETALL = 13;
    private static final int GETNCNT = 14;
    private static final int GETZCNT = 15;
    private static final int SETVAL = 16;
    private static final int SETALL = 17;
    private static final int SEM_STAT = 18;
    private static final int SEM_INFO = 19;
    private static final int SEM_STAT_ANY = 20;
    /** struct semid64_ds. */
    private static final int BYTES = 104;
    /** struct seminfo. */
    private static final int INFO_BYTES = 40;

    private Semctl() {
    }

    @Syscall("semctl")
    static long semctl(Call call, int id, int number, int command, long argument) {
        if (id < 0) {
            return -EINVAL;
        }
        IpcTable<SemaphoreSet> sets = call.namespaces().ipc().semaphores();
        switch (command) {
            case IpcLayout.IPC_INFO, SEM_INFO:
                return info(call, sets, command, argument);
            case SEM_STAT, SEM_STAT_ANY:
                return stat(call, sets.at(id), command != SEM_STAT_ANY, true, argument);
            default:
                if (command < 0 || command > SEM_STAT_ANY || command > IpcLayout.IPC_INFO && command < GETPID) {
                    return -EINVAL;
                }
                SemaphoreSet set = sets.find(id);
                return set == null ? sets.error() : one(call, set, number, command, argument);
        }
    }

    private static long one(Call call, SemaphoreSet set, int number, int command, long argument) {
        switch (command) {
            case IpcLayout.IPC_STAT:
                return stat(call, set, true, false, argument);
            case IpcLayout.IPC_SET, IpcLayout.IPC_RMID:
                return change(call, set, command, argument);
            case GETALL:
                return getAll(call, set, argument);
            case SETALL:
                return setAll(call, set, argument);
            default:
                return value(call, set, number, command, (int) argument);
        }
    }

    private static long value(Call call, SemaphoreSet set, int number, int command, int newValue) {
        Credentials who = call.credentials();
        if (command == SETVAL && (newValue < 0 || newValue > Ipc.SEMVMX)) {
            return -ERANGE;
        }
        if (!set.permits(who, command == SETVAL ? IpcObject.WRITE : IpcObject.READ)) {
            return -EACCES;
        }
        if (number < 0 || number >= set.count()) {
            return -EINVAL;
        }
        switch (command) {
            case GETPID:
                return call.numberOf(set.pids[number]);
            case GETVAL:
                return set.values[number];
            case GETNCNT:
                return set.waitingFor(number, false);
            case GETZCNT:
                return set.waitingFor(number, true);
            default:
                set.values[number] = newValue;
                set.pids[number] = call.process().pid();
                set(call, set, number);
                return 0;
        }
    }

    /** Values were set: undoing what came before would be wrong. */
    private static void set(Call call, SemaphoreSet set, int number) {
        call.namespaces().ipc().forgetUndos(set, number);
        set.changedS = call.namespaces().ipc().nowS();
        set.changed();
    }

    private static long change(Call call, SemaphoreSet set, int command, long argument) {
        long copy = call.scratch(BYTES);
        if (command == IpcLayout.IPC_SET && call.process().memory().copyIn(argument, copy, BYTES) < 0) {
            return -EFAULT;
        }
        if (!set.belongsTo(call.credentials())) {
            return -EPERM;
        }
        if (command == IpcLayout.IPC_RMID) {
            call.namespaces().ipc().remove(set);
        } else {
            IpcLayout.takePerm(copy, set, call.credentials());
            set.changedS = call.namespaces().ipc().nowS();
        }
        return 0;
    }

    private static long getAll(Call call, SemaphoreSet set, long argument) {
        if (!set.permits(call.credentials(), IpcObject.READ)) {
            return -EACCES;
        }
        int sizeBytes = set.count() * Short.BYTES;
        long out = call.scratch(sizeBytes);
        for (int i = 0; i < set.count(); i++) {
            Memory.putShort(out + (long) i * Short.BYTES, (short) set.values[i]);
        }
        return call.process().memory().copyOut(out, argument, sizeBytes);
    }

    private static long setAll(Call call, SemaphoreSet set, long argument) {
        if (!set.permits(call.credentials(), IpcObject.WRITE)) {
            return -EACCES;
        }
        int sizeBytes = set.count() * Short.BYTES;
        long copy = call.scratch(sizeBytes);
        if (call.process().memory().copyIn(argument, copy, sizeBytes) < 0) {
            return -EFAULT;
        }
        for (int i = 0; i < set.count(); i++) {
            if (Memory.getUnsignedShort(copy + (long) i * Short.BYTES) > Ipc.SEMVMX) {
                return -ERANGE;
            }
        }
        for (int i = 0; i < set.count(); i++) {
            set.values[i] = Memory.getUnsignedShort(copy + (long) i * Short.BYTES);
            set.pids[i] = call.process().pid();
        }
        set(call, set, -1);
        return 0;
    }

    private static long stat(Call call, SemaphoreSet set, boolean checks, boolean answersId, long buffer) {
        if (set == null) {
            return -EINVAL;
        }
        if (checks && !IpcLayout.mayRead(set, call.credentials())) {
            return -EACCES;
        }
        long out = call.scratch(BYTES);
        Memory.fill(out, BYTES, (byte) 0);
        IpcLayout.putPerm(out, set, call.credentials());
        Memory.putLong(out + 48, set.operatedS);
        Memory.putLong(out + 64, set.changedS);
        Memory.putLong(out + 80, set.count());
        int error = call.process().memory().copyOut(out, buffer, BYTES);
        return error < 0 ? error : answersId ? set.id() : 0;
    }

    private static long info(Call call, IpcTable<SemaphoreSet> sets, int command, long buffer) {
        Ipc ipc = call.namespaces().ipc();
        IpcLimits limits = ipc.limits();
        boolean use = command == SEM_INFO;
        long out = call.scratch(INFO_BYTES);
        Memory.putInt(out, limits.intOf(IpcLimits.SEMMNS));
        Memory.putInt(out + 4, limits.intOf(IpcLimits.SEMMNI));
        Memory.putInt(out + 8, limits.intOf(IpcLimits.SEMMNS));
        Memory.putInt(out + 12, limits.intOf(IpcLimits.SEMMNS));
        Memory.putInt(out + 16, limits.intOf(IpcLimits.SEMMSL));
        Memory.putInt(out + 20, limits.intOf(IpcLimits.SEMOPM));
        Memory.putInt(out + 24, limits.intOf(IpcLimits.SEMOPM));
        Memory.putInt(out + 28, use ? sets.count() : 20);
        Memory.putInt(out + 32, Ipc.SEMVMX);
        Memory.putInt(out + 36, use ? ipc.semaphoreCount() : Ipc.SEMVMX);
        int error = call.process().memory().copyOut(out, buffer, INFO_BYTES);
        return error < 0 ? error : sets.highestIndex();
    }
}

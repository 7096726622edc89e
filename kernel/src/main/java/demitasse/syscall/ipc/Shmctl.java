package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.ipc.Segment;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** shmctl(2). */
final class Shmctl {
    private static final long SHMALL = -1L - (1L << 24);
    private static final int SHM_LOCK = 11;
    private static final int SHM_UNLOCK = 12;
    private static final int SHM_STAT = 13;
    private static final int SHM_INFO = 14;
    private static final int SHM_STAT_ANY = 15;
    /** struct shmid64_ds. */
    private static final int BYTES = 112;
    private static final int INFO_BYTES = 72;
    private static final int USE_BYTES = 48;

    private Shmctl() {
    }

    @Syscall(value = "shmctl", note = "Memory is never swapped: SHM_LOCK is only noted. "
            + "A process that ends attached is not noted as shm_lpid.")
    static long shmctl(Call call, int id, int command, long buffer) {
        IpcTable<Segment> segments = call.namespaces().ipc().segments();
        switch (command) {
            case IpcLayout.IPC_INFO, SHM_INFO:
                return info(call, segments, command, buffer);
            case SHM_STAT, SHM_STAT_ANY:
                return stat(call, segments.at(id), command != SHM_STAT_ANY, true, buffer);
            case IpcLayout.IPC_STAT, IpcLayout.IPC_SET, IpcLayout.IPC_RMID, SHM_LOCK, SHM_UNLOCK:
                Segment segment = segments.find(id);
                return segment == null ? segments.error() : one(call, segment, command, buffer);
            default:
                return -EINVAL;
        }
    }

    private static long one(Call call, Segment segment, int command, long buffer) {
        if (command == IpcLayout.IPC_STAT) {
            return stat(call, segment, true, false, buffer);
        }
        long copy = call.scratch(BYTES);
        if (command == IpcLayout.IPC_SET && call.process().memory().copyIn(buffer, copy, BYTES) < 0) {
            return -EFAULT;
        }
        Credentials who = call.credentials();
        boolean locks = command == SHM_LOCK || command == SHM_UNLOCK;
        if (!segment.belongsTo(who) && !(locks && who.may(Credentials.CAP_IPC_LOCK))) {
            return -EPERM;
        }
        switch (command) {
            case IpcLayout.IPC_SET -> {
                IpcLayout.takePerm(copy, segment, call.credentials());
                segment.changedS = call.namespaces().ipc().nowS();
            }
            case IpcLayout.IPC_RMID -> segment.remove();
            case SHM_LOCK -> segment.mode |= Segment.SHM_LOCKED;
            default -> segment.mode &= ~Segment.SHM_LOCKED;
        }
        return 0;
    }

    private static long stat(Call call, Segment segment, boolean checks, boolean answersId, long buffer) {
        if (segment == null) {
            return -EINVAL;
        }
        if (checks && !IpcLayout.mayRead(segment, call.credentials())) {
            return -EACCES;
        }
        long out = call.scratch(BYTES);
        Memory.fill(out, BYTES, (byte) 0);
        IpcLayout.putPerm(out, segment, call.credentials());
        Memory.putLong(out + 48, segment.sizeBytes);
        Memory.putLong(out + 56, segment.attachedS);
        Memory.putLong(out + 64, segment.detachedS);
        Memory.putLong(out + 72, segment.changedS);
        Memory.putInt(out + 80, call.numberOf(segment.creatorPid));
        Memory.putInt(out + 84, call.numberOf(segment.lastPid));
        Memory.putLong(out + 88, segment.attachments());
        int error = call.process().memory().copyOut(out, buffer, BYTES);
        return error < 0 ? error : answersId ? segment.id() : 0;
    }

    /** struct shminfo64 and struct shm_info. */
    private static long info(Call call, IpcTable<Segment> segments, int command, long buffer) {
        boolean limits = command == IpcLayout.IPC_INFO;
        int sizeBytes = limits ? INFO_BYTES : USE_BYTES;
        long out = call.scratch(INFO_BYTES);
        Memory.fill(out, INFO_BYTES, (byte) 0);
        if (limits) {
            IpcLimits current = call.namespaces().ipc().limits();
            Memory.putLong(out, current.of(IpcLimits.SHMMAX));
            Memory.putLong(out + 8, 1);
            Memory.putLong(out + 16, current.of(IpcLimits.SHMMNI));
            Memory.putLong(out + 24, current.of(IpcLimits.SHMMNI));
            Memory.putLong(out + 32, SHMALL);
        } else {
            Memory.putInt(out, segments.count());
            for (int i = 0; i <= segments.highestIndex(); i++) {
                Segment segment = segments.at(i);
                if (segment != null) {
                    Memory.putLong(out + 8, Memory.getLong(out + 8) + (segment.sizeBytes + 4095 >>> 12));
                    Memory.putLong(out + 16, Memory.getLong(out + 16) + segment.residentPages());
                }
            }
        }
        int error = call.process().memory().copyOut(out, buffer, sizeBytes);
        return error < 0 ? error : segments.highestIndex();
    }
}

package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.ipc.MessageQueue;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** msgctl(2). */
final class Msgctl {
    private static final int MSG_STAT = 11;
    private static final int MSG_INFO = 12;
    private static final int MSG_STAT_ANY = 13;
    /** struct msqid64_ds; the capacity stands at 88. */
    private static final int BYTES = 120;
    private static final int CAPACITY = 88;
    /** struct msginfo. */
    private static final int INFO_BYTES = 32;

    private Msgctl() {
    }

    @Syscall("msgctl")
    static long msgctl(Call call, int id, int command, long buffer) {
        IpcTable<MessageQueue> queues = call.namespaces().ipc().messages();
        if (id < 0) {
            return -EINVAL;
        }
        switch (command) {
            case IpcLayout.IPC_INFO, MSG_INFO:
                return info(call, queues, command, buffer);
            case MSG_STAT, MSG_STAT_ANY:
                return stat(call, queues.at(id), command != MSG_STAT_ANY, true, buffer);
            case IpcLayout.IPC_STAT, IpcLayout.IPC_SET, IpcLayout.IPC_RMID:
                MessageQueue queue = queues.find(id);
                return queue == null ? queues.error() : one(call, queue, command, buffer);
            default:
                return -EINVAL;
        }
    }

    private static long one(Call call, MessageQueue queue, int command, long buffer) {
        if (command == IpcLayout.IPC_STAT) {
            return stat(call, queue, true, false, buffer);
        }
        long copy = call.scratch(BYTES);
        if (command == IpcLayout.IPC_SET && call.process().memory().copyIn(buffer, copy, BYTES) < 0) {
            return -EFAULT;
        }
        Credentials who = call.credentials();
        if (!queue.belongsTo(who)) {
            return -EPERM;
        }
        if (command == IpcLayout.IPC_RMID) {
            call.namespaces().ipc().remove(queue);
            return 0;
        }
        long capacity = Memory.getLong(copy + CAPACITY);
        if (Long.compareUnsigned(capacity, call.namespaces().ipc().limits().of(IpcLimits.MSGMNB)) > 0
                && !who.may(Credentials.CAP_SYS_RESOURCE)) {
            return -EPERM;
        }
        IpcLayout.takePerm(copy, queue, call.credentials());
        queue.capacityBytes = capacity;
        queue.changedS = call.namespaces().ipc().nowS();
        queue.widened();
        return 0;
    }

    private static long stat(Call call, MessageQueue queue, boolean checks, boolean answersId, long buffer) {
        if (queue == null) {
            return -EINVAL;
        }
        if (checks && !IpcLayout.mayRead(queue, call.credentials())) {
            return -EACCES;
        }
        long out = call.scratch(BYTES);
        Memory.fill(out, BYTES, (byte) 0);
        IpcLayout.putPerm(out, queue, call.credentials());
        Memory.putLong(out + 48, queue.sentS);
        Memory.putLong(out + 56, queue.receivedS);
        Memory.putLong(out + 64, queue.changedS);
        Memory.putLong(out + 72, queue.usedBytes());
        Memory.putLong(out + 80, queue.count());
        Memory.putLong(out + CAPACITY, queue.capacityBytes);
        Memory.putInt(out + 96, call.numberOf(queue.lastSender));
        Memory.putInt(out + 100, call.numberOf(queue.lastReceiver));
        int error = call.process().memory().copyOut(out, buffer, BYTES);
        return error < 0 ? error : answersId ? queue.id() : 0;
    }

    private static long info(Call call, IpcTable<MessageQueue> queues, int command, long buffer) {
        int count = 0;
        long bytes = 0;
        for (int i = 0; i <= queues.highestIndex(); i++) {
            MessageQueue queue = queues.at(i);
            count += queue == null ? 0 : queue.count();
            bytes += queue == null ? 0 : queue.usedBytes();
        }
        boolean use = command == MSG_INFO;
        long out = call.scratch(INFO_BYTES);
        Memory.fill(out, INFO_BYTES, (byte) 0);
        IpcLimits limits = call.namespaces().ipc().limits();
        int capacity = limits.intOf(IpcLimits.MSGMNB);
        Memory.putInt(out, use ? queues.count() : limits.intOf(IpcLimits.MSGMNI) * (capacity / 1024));
        Memory.putInt(out + 4, use ? count : capacity);
        Memory.putInt(out + 8, limits.intOf(IpcLimits.MSGMAX));
        Memory.putInt(out + 12, capacity);
        Memory.putInt(out + 16, limits.intOf(IpcLimits.MSGMNI));
        Memory.putInt(out + 20, 16);
        Memory.putInt(out + 24, use ? (int) bytes : capacity);
        Memory.putShort(out + 28, (short) 0xffff);
        int error = call.process().memory().copyOut(out, buffer, INFO_BYTES);
        return error < 0 ? error : queues.highestIndex();
    }
}

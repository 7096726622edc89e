package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EIDRM;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOMSG;
import static demitasse.base.error.Errno.ERESTARTNOHAND;
import static demitasse.base.error.Errno.ERESTARTSYS;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.IpcObject;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.ipc.Message;
import demitasse.posix.ipc.MessageQueue;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.UserWord;

/** msgsnd(2), msgrcv(2): msgop(2). A message in user memory is its type, a long, and its bytes. */
final class Msgop {
    private static final int MSG_NOERROR = 010000;
    private static final int MSG_COPY = 040000;

    private Msgop() {
    }

    @Syscall("msgsnd")
    static long msgsnd(Call call, int id, long message, long sizeBytes, int flags) {
        if (sizeBytes < 0 || sizeBytes > call.namespaces().ipc().limits().of(IpcLimits.MSGMAX) || id < 0) {
            return -EINVAL;
        }
        long type = UserWord.load(call, message, Long.BYTES);
        if (UserWord.isErrno(type)) {
            return type;
        }
        type = Memory.getLong(type);
        if (type < 1) {
            return -EINVAL;
        }
        MessageQueue queue = find(call, id);
        if (queue == null || queue.isRemoved()) {
            return queue == null ? call.namespaces().ipc().messages().error() : -EIDRM;
        }
        if (!queue.permits(call.credentials(), IpcObject.WRITE)) {
            return -EACCES;
        }
        if (!queue.hasRoomFor((int) sizeBytes)) {
            return (flags & IpcLayout.IPC_NOWAIT) != 0 ? -EAGAIN : await(call, queue, Events.OUT);
        }
        Message made = Message.make(call.instance().smallMemory(), type, (int) sizeBytes);
        if (made == null) {
            return -ENOMEM;
        }
        if (call.process().memory().copyIn(message + Long.BYTES, made.address(), made.lengthBytes) < 0) {
            made.free();
            return -EFAULT;
        }
        queue.lastSender = call.process().pid();
        queue.sentS = call.namespaces().ipc().nowS();
        queue.append(made);
        return 0;
    }

    @Syscall("msgrcv")
    static long msgrcv(Call call, int id, long message, long sizeBytes, long type, int flags) {
        boolean copies = (flags & MSG_COPY) != 0;
        boolean except = (flags & MessageQueue.MSG_EXCEPT) != 0;
        boolean badCopy = copies && (except || (flags & IpcLayout.IPC_NOWAIT) == 0);
        if (id < 0 || sizeBytes < 0 || badCopy) {
            return -EINVAL;
        }
        MessageQueue queue = find(call, id);
        if (queue == null || queue.isRemoved()) {
            return queue == null ? call.namespaces().ipc().messages().error() : -EIDRM;
        }
        if (!queue.permits(call.credentials(), IpcObject.READ)) {
            return -EACCES;
        }
        Message found = copies ? queue.at(type) : queue.find(type, except);
        if (found == null) {
            return (flags & IpcLayout.IPC_NOWAIT) != 0 ? -ENOMSG : await(call, queue, Events.IN);
        }
        if (found.lengthBytes > sizeBytes && (flags & MSG_NOERROR) == 0) {
            return -E2BIG;
        }
        int length = (int) Math.min(sizeBytes, found.lengthBytes);
        long word = call.scratch(Long.BYTES);
        Memory.putLong(word, found.type);
        boolean failed = call.process().memory().copyOut(word, message, Long.BYTES) < 0
                || call.process().memory().copyOut(found.address(), message + Long.BYTES, length) < 0;
        if (!copies) {
            queue.take(found);
            found.free();
            queue.lastReceiver = call.process().pid();
            queue.receivedS = call.namespaces().ipc().nowS();
        }
        return failed ? -EFAULT : length;
    }

    /** The queue that the call began with, which may have been removed since. */
    private static MessageQueue find(Call call, int id) {
        if (call.state instanceof MessageQueue queue) {
            return queue;
        }
        IpcTable<MessageQueue> queues = call.namespaces().ipc().messages();
        MessageQueue queue = queues.find(id);
        call.state = queue;
        return queue;
    }

    private static long await(Call call, MessageQueue queue, int events) {
        long waited = call.await(queue.waiters(), events);
        return waited == -ERESTARTSYS ? -ERESTARTNOHAND : waited;
    }
}

package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ETIMEDOUT;

import demitasse.base.annotation.Syscall;
import demitasse.posix.ipc.Message;
import demitasse.posix.ipc.PosixQueue;
import demitasse.posix.ipc.PosixQueueHandle;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** mq_timedsend(3), mq_timedreceive(3). */
final class MqSend {
    private static final int PRIORITY_MAX = 32_767;

    private MqSend() {
    }

    @Syscall("mq_timedsend")
    static long mqTimedsend(Call call, int fd, long message, long sizeBytes, int priority, long timeout) {
        if (priority < 0 || priority > PRIORITY_MAX) {
            return -EINVAL;
        }
        int error = deadline(call, timeout);
        if (error < 0) {
            return error;
        }
        if (!(call.file(fd) instanceof PosixQueueHandle file) || !file.isWritable()) {
            return -EBADF;
        }
        PosixQueue queue = file.queue();
        if (sizeBytes < 0 || sizeBytes > queue.sizeMaxBytes) {
            return -EMSGSIZE;
        }
        if (queue.isFull()) {
            return await(call, file, Events.OUT);
        }
        Message made = Message.make(call.instance().smallMemory(), priority, (int) sizeBytes);
        if (made == null) {
            return -ENOMEM;
        }
        if (call.process().memory().copyIn(message, made.address(), made.lengthBytes) < 0) {
            made.free();
            return -EFAULT;
        }
        queue.add(made, call.process());
        return 0;
    }

    @Syscall("mq_timedreceive")
    static long mqTimedreceive(Call call, int fd, long buffer, long sizeBytes, long priority, long timeout) {
        int error = deadline(call, timeout);
        if (error < 0) {
            return error;
        }
        if (!(call.file(fd) instanceof PosixQueueHandle file) || !file.isReadable()) {
            return -EBADF;
        }
        PosixQueue queue = file.queue();
        if (sizeBytes >= 0 && sizeBytes < queue.sizeMaxBytes) {
            return -EMSGSIZE;
        }
        if (queue.first() == null) {
            long waited = await(call, file, Events.IN);
            if (waited == Call.PARKED && call.state == null) {
                call.state = new Receiving(queue);
            }
            return waited;
        }
        Message taken = queue.take();
        boolean failed = call.process().memory().copyOut(taken.address(), buffer, taken.lengthBytes) < 0
                || priority != 0 && UserWord.storeInt(call, priority, (int) taken.type) < 0;
        taken.free();
        return failed ? -EFAULT : taken.lengthBytes;
    }

    /** The timeout is a time of day, mq_send(3). */
    private static int deadline(Call call, long timeout) {
        if (call.attempt > 0 || timeout == 0) {
            return 0;
        }
        long untilNs = TimeLayout.loadTimespec(call, timeout);
        if (untilNs < 0) {
            return (int) untilNs;
        }
        call.waitUntilRealtime(untilNs);
        return 0;
    }

    private static long await(Call call, PosixQueueHandle file, int events) {
        long waited = call.await(file, events);
        return waited == -EAGAIN && !file.nonBlocking() ? -ETIMEDOUT : waited;
    }

    /** A call that waits for a message keeps mq_notify(3) quiet. */
    private static final class Receiving implements CallState {
        private final PosixQueue queue;

        Receiving(PosixQueue queue) {
            this.queue = queue;
            queue.receiverWaits(true);
        }

        @Override
        public void dropped() {
            queue.receiverWaits(false);
        }
    }
}

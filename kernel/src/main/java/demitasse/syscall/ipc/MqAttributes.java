package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.ipc.PosixQueue;
import demitasse.posix.ipc.PosixQueueHandle;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.OpenFlags;

/** mq_getsetattr(2). struct mq_attr: 0 mq_flags, 8 mq_maxmsg, 16 mq_msgsize, 24 mq_curmsgs. */
final class MqAttributes {
    static final int BYTES = 64;
    static final int COUNT_MAX = 8;
    static final int SIZE_MAX = 16;
    private static final int COUNT = 24;

    private MqAttributes() {
    }

    @Syscall("mq_getsetattr")
    static long mqGetsetattr(Call call, int fd, long newAttributes, long oldAttributes) {
        long flags = 0;
        if (newAttributes != 0) {
            long copy = UserWord.load(call, newAttributes, BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            flags = Memory.getLong(copy);
            if ((flags & ~(long) OpenFlags.O_NONBLOCK) != 0) {
                return -EINVAL;
            }
        }
        if (!(call.file(fd) instanceof PosixQueueHandle file)) {
            return -EBADF;
        }
        PosixQueue queue = file.queue();
        long out = call.scratch(BYTES);
        Memory.fill(out, BYTES, (byte) 0);
        Memory.putLong(out, file.flags() & OpenFlags.O_NONBLOCK);
        Memory.putLong(out + COUNT_MAX, queue.countMax);
        Memory.putLong(out + SIZE_MAX, queue.sizeMaxBytes);
        Memory.putLong(out + COUNT, queue.count());
        if (newAttributes != 0) {
            file.setFlags(file.flags() & ~OpenFlags.O_NONBLOCK | (int) flags);
        }
        return oldAttributes == 0 ? 0 : call.process().memory().copyOut(out, oldAttributes, BYTES);
    }
}

package demitasse.posix.file;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.memory.Buffer;
import demitasse.vfs.ControlMemory;

/** The array of epoll_wait(2) in user memory: struct epoll_event is packed on x86-64, 0 events, 4 data. */
public final class EpollEvents {
    public static final int EVENT_BYTES = 12;

    private final Files files;
    private ControlMemory user;
    private long address;

    EpollEvents(Files files) {
        this.files = files;
    }

    public EpollEvents set(ControlMemory newUser, long userAddress) {
        user = newUser;
        address = userAddress;
        return this;
    }

    /** Stores one event: 0, -EFAULT or -ENOMEM. */
    int put(int index, int events, long data) {
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        word.putInt(0, events);
        word.putLong(4, data);
        return user.copyOut(word.address(), address + (long) index * EVENT_BYTES, EVENT_BYTES);
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.PollSet;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** poll(2), ppoll(2). struct pollfd: 0 fd, 4 events, 6 revents. */
final class Poll {
    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;
    /** Structures that are copied at once. */
    private static final int CHUNK = 512;

    private Poll() {
    }

    @Syscall("poll")
    @HotPath("per system call")
    static long poll(Call call, long descriptors, int count, int timeoutMs) {
        if (call.attempt == 0) {
            long begun = begin(call, descriptors, count, Timeouts.milliseconds(timeoutMs));
            if (begun < 0) {
                return begun;
            }
        }
        return attempt(call, descriptors);
    }

    @Syscall("ppoll")
    @HotPath("per system call")
    static long ppoll(Call call, long descriptors, int count, long timeout, long mask, long maskBytes) {
        if (call.attempt == 0) {
            long durationNs = Timeouts.timespec(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            long masked = SignalMask.substitute(call, mask, maskBytes);
            if (masked < 0) {
                return masked;
            }
            long begun = begin(call, descriptors, count, durationNs);
            if (begun < 0) {
                return begun;
            }
        }
        long result = attempt(call, descriptors);
        if (result != Call.PARKED) {
            Timeouts.storeRest(call, timeout, false);
        }
        return result;
    }

    private static long begin(Call call, long descriptors, int count, long durationNs) {
        if (count < 0 || count > call.process().files().limit()) {
            return -EINVAL;
        }
        PollSet set = call.instance().files().takePollSet(call);
        call.state = set;
        long copy = call.scratch(CHUNK * POLLFD_BYTES);
        for (int done = 0; done < count; done += CHUNK) {
            int some = Math.min(CHUNK, count - done);
            long from = descriptors + (long) done * POLLFD_BYTES;
            if (call.process().memory().copyIn(from, copy, some * POLLFD_BYTES) < 0) {
                return -EFAULT;
            }
            for (int i = 0; i < some; i++) {
                if (!add(call, set, copy + (long) i * POLLFD_BYTES)) {
                    return -ENOMEM;
                }
            }
        }
        Timeouts.begin(call, durationNs);
        return 0;
    }

    private static boolean add(Call call, PollSet set, long pollfd) {
        int fd = Memory.getInt(pollfd);
        FileHandle file = call.process().files().at(fd);
        if (fd < 0) {
            return set.add(null, 0, fd);
        }
        return file == null || file.isPathOnly() ? set.addInvalid(fd)
                : set.add(file, Memory.getUnsignedShort(pollfd + EVENTS), fd);
    }

    private static long attempt(Call call, long descriptors) {
        PollSet set = (PollSet) call.state;
        int ready = set.check();
        if (ready == 0) {
            long refusal = Timeouts.mayWait(call);
            if (refusal == 0) {
                return set.park();
            }
            if (refusal < 0) {
                return refusal;
            }
        }
        return store(call, set, descriptors) < 0 ? -EFAULT : ready;
    }

    /** Writes all revents; fd and events go back as they came. */
    private static int store(Call call, PollSet set, long descriptors) {
        long copy = call.scratch(CHUNK * POLLFD_BYTES);
        for (int done = 0; done < set.count(); done += CHUNK) {
            int some = Math.min(CHUNK, set.count() - done);
            long place = descriptors + (long) done * POLLFD_BYTES;
            int copied = call.process().memory().copyIn(place, copy, some * POLLFD_BYTES);
            if (copied < 0) {
                return copied;
            }
            for (int i = 0; i < some; i++) {
                Memory.putShort(copy + (long) i * POLLFD_BYTES + REVENTS, (short) set.seen(done + i));
            }
            copied = call.process().memory().copyOut(copy, place, some * POLLFD_BYTES);
            if (copied < 0) {
                return copied;
            }
        }
        return 0;
    }
}

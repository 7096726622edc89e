package demitasse.syscall.ring;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EBADFD;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.memory.Memory;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.ring.LinkTimeout;
import demitasse.posix.ring.PollRequest;
import demitasse.posix.ring.RegisteredFiles;
import demitasse.posix.ring.RequestKey;
import demitasse.posix.ring.Ring;
import demitasse.posix.ring.RingRequest;
import demitasse.posix.ring.TimeoutRequest;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;

/** The requests that are about the ring itself: polling, timeouts, cancelling, buffers, messages; io_uring_enter(2). */
final class Controls {
    private static final int TIMEOUT_ABS = 1;
    private static final int TIMEOUT_UPDATE = 2;
    private static final int TIMEOUT_BOOTTIME = 4;
    private static final int TIMEOUT_REALTIME = 8;
    private static final int LINK_TIMEOUT_UPDATE = 16;
    private static final int TIMEOUT_ETIME_SUCCESS = 32;
    private static final int TIMEOUT_MULTISHOT = 64;
    private static final int CLOCKS = TIMEOUT_BOOTTIME | TIMEOUT_REALTIME;
    private static final int POLL_MULTI = 1;
    private static final int POLL_UPDATE_EVENTS = 2;
    private static final int POLL_UPDATE_USER_DATA = 4;
    private static final int CANCEL_ALL = 1;
    private static final int CANCEL_FD = 2;
    private static final int CANCEL_ANY = 4;
    private static final int CANCEL_FD_FIXED = 8;
    static final int CANCEL_ALL_KINDS = CANCEL_ALL | CANCEL_ANY;
    static final int CANCEL_KNOWN = CANCEL_ALL | CANCEL_FD | CANCEL_ANY | CANCEL_FD_FIXED;
    private static final int BUFFERS_MAX = 1 << 16;

    private final Requests requests;
    private final Call call;
    private final Ring ring;
    private long entry;

    Controls(Requests requests, Call call, Ring ring) {
        this.requests = requests;
        this.call = call;
        this.ring = ring;
    }

    /** Null when the entry was refused. */
    RingRequest of(long newEntry, int operation) {
        entry = newEntry;
        return switch (operation) {
            case Operation.POLL_ADD -> poll();
            case Operation.POLL_REMOVE -> pollRemove();
            case Operation.TIMEOUT -> timeout();
            case Operation.LINK_TIMEOUT -> linkTimeout();
            case Operation.TIMEOUT_REMOVE -> timeoutRemove();
            case Operation.ASYNC_CANCEL -> cancel();
            case Operation.FILES_UPDATE -> filesUpdate();
            case Operation.PROVIDE_BUFFERS -> provide();
            case Operation.REMOVE_BUFFERS -> removeBuffers();
            case Operation.MSG_RING -> message();
            default -> requests.refuse(EINVAL);
        };
    }

    private RingRequest poll() {
        if ((Entry.length(entry) & ~POLL_MULTI) != 0 || Entry.address(entry) != 0 || Entry.offset(entry) != 0) {
            return requests.refuse(EINVAL);
        }
        boolean repeats = Entry.length(entry) != 0;
        if (repeats && (Entry.flags(entry) & RingRequest.SKIP_SUCCESS) != 0) {
            return requests.refuse(EINVAL);
        }
        return new PollRequest(ring, call.task(), Entry.userData(entry), Entry.flags(entry), Entry.fd(entry),
                Entry.modifiers(entry) & 0xffff, repeats);
    }

    /** IORING_OP_POLL_REMOVE, which also changes such requests. */
    private RingRequest pollRemove() {
        int how = Entry.length(entry);
        boolean updates = (how & (POLL_UPDATE_EVENTS | POLL_UPDATE_USER_DATA)) != 0;
        if ((how & ~(POLL_MULTI | POLL_UPDATE_EVENTS | POLL_UPDATE_USER_DATA)) != 0
                || (how & POLL_MULTI) != 0 && (how & POLL_UPDATE_EVENTS) == 0) {
            return requests.refuse(EINVAL);
        }
        long target = Entry.address(entry);
        long newUserData = Entry.offset(entry);
        int events = Entry.modifiers(entry) & 0xffff;
        if (!updates && (newUserData != 0 || events != 0)) {
            return requests.refuse(EINVAL);
        }
        return requests.done(() -> {
            RingRequest found = ring.find(new RequestKey(target, null, false, RingRequest.KIND_POLL));
            if (found == null) {
                return -ENOENT;
            }
            if (!updates) {
                ring.cancel(found);
                return 0;
            }
            if ((how & POLL_UPDATE_USER_DATA) != 0) {
                found.setUserData(newUserData);
            }
            if ((how & POLL_UPDATE_EVENTS) != 0) {
                ((PollRequest) found).update(events, (how & POLL_MULTI) != 0);
            }
            return 0;
        });
    }

    private RingRequest timeout() {
        int flags = Entry.modifiers(entry);
        int known = TIMEOUT_ABS | CLOCKS | TIMEOUT_ETIME_SUCCESS | TIMEOUT_MULTISHOT;
        boolean repeats = (flags & TIMEOUT_MULTISHOT) != 0;
        if ((flags & ~known) != 0 || (flags & CLOCKS) == CLOCKS || Entry.length(entry) != 1
                || repeats && (flags & TIMEOUT_ABS) != 0 || Entry.buffer(entry) != 0 || Entry.file(entry) != 0) {
            return requests.refuse(EINVAL);
        }
        long timeNs = timeNs(Entry.address(entry));
        if (timeNs < 0) {
            return requests.refuse((int) -timeNs);
        }
        int count = (int) Entry.offset(entry);
        return new TimeoutRequest(ring, call.task(), Entry.userData(entry), Entry.flags(entry),
                deadlineNs(timeNs, flags), repeats ? 0 : count, (flags & TIMEOUT_ETIME_SUCCESS) != 0,
                repeats ? timeNs : 0, repeats ? count : 0);
    }

    private RingRequest linkTimeout() {
        int flags = Entry.modifiers(entry);
        if ((flags & ~(TIMEOUT_ABS | CLOCKS | TIMEOUT_ETIME_SUCCESS)) != 0 || (flags & CLOCKS) == CLOCKS
                || Entry.length(entry) != 1 || Entry.offset(entry) != 0) {
            return requests.refuse(EINVAL);
        }
        long timeNs = timeNs(Entry.address(entry));
        if (timeNs < 0) {
            return requests.refuse((int) -timeNs);
        }
        boolean absolute = (flags & TIMEOUT_ABS) != 0;
        return new LinkTimeout(ring, call.task(), Entry.userData(entry), Entry.flags(entry),
                absolute ? deadlineNs(timeNs, flags) : timeNs, absolute);
    }

    private RingRequest timeoutRemove() {
        int flags = Entry.modifiers(entry);
        boolean updates = (flags & TIMEOUT_UPDATE) != 0;
        boolean ofLink = (flags & LINK_TIMEOUT_UPDATE) != 0;
        int known = TIMEOUT_UPDATE | LINK_TIMEOUT_UPDATE | TIMEOUT_ABS | CLOCKS;
        if ((flags & ~known) != 0 || (flags & CLOCKS) == CLOCKS || Entry.length(entry) != 0
                || !updates && !ofLink && flags != 0) {
            return requests.refuse(EINVAL);
        }
        long target = Entry.address(entry);
        long timeNs = updates || ofLink ? timeNs(Entry.offset(entry)) : 0;
        if (timeNs < 0) {
            return requests.refuse((int) -timeNs);
        }
        return requests.done(() -> {
            int kind = ofLink ? RingRequest.KIND_LINK_TIMEOUT : RingRequest.KIND_TIMEOUT;
            RingRequest found = ring.find(new RequestKey(target, null, false, kind));
            if (found == null) {
                return -ENOENT;
            }
            if (found instanceof LinkTimeout timeout) {
                timeout.update(deadlineNs(timeNs, flags));
            } else if (updates) {
                ((TimeoutRequest) found).update(deadlineNs(timeNs, flags));
            } else {
                ring.cancel(found);
            }
            return 0;
        });
    }

    private RingRequest cancel() {
        int flags = Entry.modifiers(entry);
        if ((flags & ~CANCEL_KNOWN) != 0 || Entry.offset(entry) != 0 || Entry.file(entry) != 0
                || (flags & CANCEL_FD) != 0 && (flags & CANCEL_ANY) != 0) {
            return requests.refuse(EINVAL);
        }
        long target = Entry.address(entry);
        int fd = Entry.fd(entry);
        return requests.done(() -> cancel(call, ring, target, fd, flags));
    }

    /** IORING_OP_ASYNC_CANCEL, IORING_REGISTER_SYNC_CANCEL: 0, with CANCEL_ALL how many, -ENOENT, -EBADF. */
    static int cancel(Call call, Ring ring, long userData, int fd, int flags) {
        FileHandle file = null;
        if ((flags & CANCEL_FD) != 0) {
            file = (flags & CANCEL_FD_FIXED) != 0 ? ring.registered().at(fd) : call.process().files().at(fd);
            if (file == null) {
                return -EBADF;
            }
        }
        RequestKey key = new RequestKey(userData, file, (flags & CANCEL_ANY) != 0, RingRequest.KIND_ANY);
        boolean all = (flags & CANCEL_ALL_KINDS) != 0;
        int cancelled = 0;
        for (RingRequest found = ring.find(key); found != null; found = ring.find(key)) {
            ring.cancel(found);
            cancelled++;
            if (!all) {
                return 0;
            }
        }
        return all ? cancelled : -ENOENT;
    }

    private RingRequest filesUpdate() {
        if (Entry.modifiers(entry) != 0) {
            return requests.refuse(EINVAL);
        }
        long descriptors = Entry.address(entry);
        int count = Entry.length(entry);
        int first = (int) Entry.offset(entry);
        return requests.done(() -> (int) (first == RegisteredFiles.ANY_SLOT
                ? FileRegistration.allocate(call, ring, descriptors, count)
                : FileRegistration.update(call, ring, descriptors, count, first)));
    }

    private RingRequest provide() {
        int group = Entry.buffer(entry);
        long address = Entry.address(entry);
        long bytes = Entry.length(entry) & 0xffff_ffffL;
        int count = Entry.fd(entry);
        int first = (int) Entry.offset(entry);
        if (Entry.modifiers(entry) != 0 || count <= 0 || count > BUFFERS_MAX || bytes == 0
                || first < 0 || first >= BUFFERS_MAX) {
            return requests.refuse(first >= BUFFERS_MAX || count > BUFFERS_MAX ? E2BIG : EINVAL);
        }
        if (first + count > BUFFERS_MAX || !UserSpace.isUserRange(address, bytes * count)) {
            return requests.refuse(first + count > BUFFERS_MAX ? EINVAL : EFAULT);
        }
        return requests.done(() -> ring.provided().provide(group, address, bytes, count, first));
    }

    private RingRequest removeBuffers() {
        int group = Entry.buffer(entry);
        int count = Entry.fd(entry);
        if (Entry.modifiers(entry) != 0 || Entry.address(entry) != 0 || Entry.length(entry) != 0
                || Entry.offset(entry) != 0 || count <= 0 || count > BUFFERS_MAX) {
            return requests.refuse(EINVAL);
        }
        return requests.done(() -> ring.provided().remove(group, count));
    }

    /** IORING_MSG_DATA: a completion in another ring. */
    private RingRequest message() {
        if (Entry.address(entry) != 0 || Entry.modifiers(entry) != 0 || Entry.buffer(entry) != 0) {
            return requests.refuse(EINVAL);
        }
        int fd = Entry.fd(entry);
        boolean fixed = (Entry.flags(entry) & RingRequest.FIXED_FILE) != 0;
        int result = Entry.length(entry);
        long userData = Entry.offset(entry);
        return requests.done(() -> {
            FileHandle file = fixed ? ring.registered().at(fd) : call.process().files().at(fd);
            if (!(file instanceof Ring other)) {
                return file == null ? -EBADF : -EBADFD;
            }
            if (!other.isEnabled()) {
                return -EBADFD;
            }
            other.post(userData, result, 0);
            return 0;
        });
    }

    /** A struct timespec; more nanoseconds than a second has are no mistake here. -EFAULT, -EINVAL. */
    private long timeNs(long address) {
        long copy = UserWord.load(call, address, TimeLayout.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long seconds = Memory.getLong(copy);
        long nanoseconds = Memory.getLong(copy + 8);
        if (seconds < 0 || nanoseconds < 0) {
            return -EINVAL;
        }
        long limit = TimeLayout.LONGEST_NS / TimeLayout.NS_PER_S / 2;
        return seconds >= limit || nanoseconds >= TimeLayout.LONGEST_NS / 2 ? TimeLayout.LONGEST_NS
                : seconds * TimeLayout.NS_PER_S + nanoseconds;
    }

    /** On the monotonic clock. */
    private long deadlineNs(long timeNs, int flags) {
        long nowNs = call.instance().nowNs();
        if ((flags & TIMEOUT_ABS) == 0) {
            return nowNs + Math.min(timeNs, Long.MAX_VALUE - 1 - nowNs);
        }
        return (flags & TIMEOUT_REALTIME) == 0 ? timeNs
                : timeNs - call.instance().platform().clock().realtimeNs() + nowNs;
    }
}

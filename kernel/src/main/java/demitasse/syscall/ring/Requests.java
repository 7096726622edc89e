package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.syscall.abi.SyscallNumber.ACCEPT4;
import static demitasse.syscall.abi.SyscallNumber.CLOSE;
import static demitasse.syscall.abi.SyscallNumber.CONNECT;
import static demitasse.syscall.abi.SyscallNumber.EPOLL_CTL;
import static demitasse.syscall.abi.SyscallNumber.FADVISE64;
import static demitasse.syscall.abi.SyscallNumber.FALLOCATE;
import static demitasse.syscall.abi.SyscallNumber.FDATASYNC;
import static demitasse.syscall.abi.SyscallNumber.FGETXATTR;
import static demitasse.syscall.abi.SyscallNumber.FSETXATTR;
import static demitasse.syscall.abi.SyscallNumber.FSYNC;
import static demitasse.syscall.abi.SyscallNumber.GETXATTR;
import static demitasse.syscall.abi.SyscallNumber.LINKAT;
import static demitasse.syscall.abi.SyscallNumber.MADVISE;
import static demitasse.syscall.abi.SyscallNumber.MKDIRAT;
import static demitasse.syscall.abi.SyscallNumber.OPENAT;
import static demitasse.syscall.abi.SyscallNumber.OPENAT2;
import static demitasse.syscall.abi.SyscallNumber.RECVFROM;
import static demitasse.syscall.abi.SyscallNumber.RECVMSG;
import static demitasse.syscall.abi.SyscallNumber.RENAMEAT2;
import static demitasse.syscall.abi.SyscallNumber.SENDMSG;
import static demitasse.syscall.abi.SyscallNumber.SENDTO;
import static demitasse.syscall.abi.SyscallNumber.SETXATTR;
import static demitasse.syscall.abi.SyscallNumber.SHUTDOWN;
import static demitasse.syscall.abi.SyscallNumber.SOCKET;
import static demitasse.syscall.abi.SyscallNumber.SPLICE;
import static demitasse.syscall.abi.SyscallNumber.STATX;
import static demitasse.syscall.abi.SyscallNumber.SYMLINKAT;
import static demitasse.syscall.abi.SyscallNumber.SYNC_FILE_RANGE;
import static demitasse.syscall.abi.SyscallNumber.TEE;
import static demitasse.syscall.abi.SyscallNumber.UNLINKAT;

import demitasse.posix.ring.CallRequest;
import demitasse.posix.ring.DoneRequest;
import demitasse.posix.ring.Ring;
import demitasse.posix.ring.RingRequest;
import demitasse.posix.task.Call;
import demitasse.posix.task.KeptArguments;
import demitasse.vfs.OpenFlags;

/** From submission entries to requests, io_uring_enter(2). */
final class Requests {
    private static final int FLAGS_KNOWN = 0x7f;
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int FSYNC_DATASYNC = 1;
    private static final int ACCEPT_MULTISHOT = 1;
    private static final int POLL_FIRST = 1;
    private static final int RECV_MULTISHOT = 2;
    private static final int SPLICE_F_FD_IN_FIXED = 1 << 31;
    private static final int NO_DESCRIPTOR = -1;

    private final Call call;
    private final Ring ring;
    private final Controls controls;
    private final Transfers transfers;
    private long entry;
    private int error;

    Requests(Call call, Ring ring) {
        this.call = call;
        this.ring = ring;
        controls = new Controls(this, call, ring);
        transfers = new Transfers(this, call, ring);
    }

    /** The request of an entry; one that fails, if need be. */
    RingRequest of(long newEntry) {
        entry = newEntry;
        error = check();
        RingRequest request = error < 0 ? null : prepare(Entry.operation(entry));
        if (request != null) {
            return request;
        }
        return refused(-error);
    }

    /** Why the entry is no request after all. */
    RingRequest refused(int errno) {
        refuse(errno);
        return new DoneRequest(ring, call.task(), Entry.userData(entry), Entry.flags(entry), error);
    }

    /** Whether the entry could not be understood. */
    boolean failed() {
        return error < 0;
    }

    private int check() {
        int operation = Entry.operation(entry);
        int flags = Entry.flags(entry);
        if ((flags & ~FLAGS_KNOWN) != 0 || !Operation.isSupported(operation) || Entry.personality(entry) != 0) {
            return -EINVAL;
        }
        if (Entry.priority(entry) != 0 && !Operation.hasPriority(operation)
                || ring.polls() && !Operation.isForPolling(operation)) {
            return -EINVAL;
        }
        boolean selects = (flags & RingRequest.BUFFER_SELECT) != 0;
        boolean skips = (flags & RingRequest.SKIP_SUCCESS) != 0;
        return selects && !mayTakeBuffer(operation) || skips && (flags & RingRequest.DRAIN) != 0 ? -EOPNOTSUPP : 0;
    }

    private static boolean mayTakeBuffer(int operation) {
        return operation == Operation.READ || operation == Operation.READV || operation == Operation.RECV
                || operation == Operation.RECVMSG;
    }

    /** Notes why there is no request. */
    RingRequest refuse(int errno) {
        error = -errno;
        return null;
    }

    DoneRequest done(DoneRequest.Action action) {
        return new DoneRequest(ring, call.task(), Entry.userData(entry), Entry.flags(entry), action);
    }

    /** A request that is a system call on the entry's descriptor. */
    CallRequest onFile(int number) {
        int fd = Entry.fd(entry);
        return new CallRequest(ring, call.task(), Entry.userData(entry), Entry.flags(entry), number, fd).with(0, fd);
    }

    /** One whose first argument is not a file to work on. */
    private CallRequest plain(int number) {
        return new CallRequest(ring, call.task(), Entry.userData(entry), Entry.flags(entry), number, NO_DESCRIPTOR);
    }

    private RingRequest prepare(int operation) {
        if (operation >= Operation.RENAMEAT && operation != Operation.MSG_RING
                || operation == Operation.OPENAT || operation == Operation.OPENAT2 || operation == Operation.STATX) {
            return prepareName(operation);
        }
        return switch (operation) {
            case Operation.NOP -> done(() -> 0);
            case Operation.READV, Operation.WRITEV, Operation.READ, Operation.WRITE, Operation.READ_FIXED,
                    Operation.WRITE_FIXED -> transfers.of(entry, operation);
            case Operation.FSYNC -> (Entry.modifiers(entry) & ~FSYNC_DATASYNC) != 0 ? refuse(EINVAL)
                    : onFile(Entry.modifiers(entry) != 0 ? FDATASYNC : FSYNC);
            case Operation.SYNC_FILE_RANGE -> onFile(SYNC_FILE_RANGE).with(1, Entry.offset(entry))
                    .with(2, Entry.length(entry)).with(3, Entry.modifiers(entry));
            case Operation.SENDMSG, Operation.SEND -> send(operation);
            case Operation.RECVMSG, Operation.RECV -> receive(operation);
            case Operation.ACCEPT -> accept();
            case Operation.CONNECT -> onFile(CONNECT).with(1, Entry.address(entry)).with(2, Entry.offset(entry))
                    .setKept(CallRequest.ADDRESS);
            case Operation.SHUTDOWN -> onFile(SHUTDOWN).with(1, Entry.length(entry));
            case Operation.FALLOCATE -> onFile(FALLOCATE).with(1, Entry.length(entry)).with(2, Entry.offset(entry))
                    .with(3, Entry.address(entry));
            case Operation.CLOSE -> close();
            case Operation.FADVISE -> onFile(FADVISE64).with(1, Entry.offset(entry)).with(2, Entry.length(entry))
                    .with(3, Entry.modifiers(entry));
            case Operation.MADVISE -> plain(MADVISE).with(0, Entry.address(entry)).with(1, Entry.length(entry))
                    .with(2, Entry.modifiers(entry));
            case Operation.EPOLL_CTL -> onFile(EPOLL_CTL).with(1, Entry.length(entry)).with(2, Entry.offset(entry))
                    .with(3, Entry.address(entry));
            case Operation.SPLICE, Operation.TEE -> splice(operation);
            default -> controls.of(entry, operation);
        };
    }

    /** Those that take paths, and socket(2). */
    private RingRequest prepareName(int operation) {
        int fd = Entry.fd(entry);
        long address = Entry.address(entry);
        long second = Entry.offset(entry);
        int length = Entry.length(entry);
        int modifiers = Entry.modifiers(entry);
        boolean onFile = operation == Operation.FSETXATTR || operation == Operation.FGETXATTR;
        if ((Entry.flags(entry) & RingRequest.FIXED_FILE) != 0 && !onFile) {
            return refuse(EBADF);
        }
        return switch (operation) {
            case Operation.OPENAT -> opens(plain(OPENAT).with(0, fd).with(1, address).with(2, modifiers)
                    .with(3, length), (modifiers & OpenFlags.O_CLOEXEC) != 0);
            case Operation.OPENAT2 -> opens(plain(OPENAT2).with(0, fd).with(1, address).with(2, second)
                    .with(3, length), false);
            case Operation.SOCKET -> modifiers != 0 ? refuse(EINVAL)
                    : opens(plain(SOCKET).with(0, fd).with(1, second).with(2, length),
                    (second & OpenFlags.O_CLOEXEC) != 0);
            case Operation.STATX -> plain(STATX).with(0, fd).with(1, address).with(2, modifiers).with(3, length)
                    .with(4, second);
            case Operation.RENAMEAT -> plain(RENAMEAT2).with(0, fd).with(1, address).with(2, length).with(3, second)
                    .with(4, modifiers);
            case Operation.UNLINKAT -> plain(UNLINKAT).with(0, fd).with(1, address).with(2, modifiers);
            case Operation.MKDIRAT -> plain(MKDIRAT).with(0, fd).with(1, address).with(2, length);
            case Operation.SYMLINKAT -> plain(SYMLINKAT).with(0, address).with(1, fd).with(2, second);
            case Operation.LINKAT -> plain(LINKAT).with(0, fd).with(1, address).with(2, length).with(3, second)
                    .with(4, modifiers);
            case Operation.FSETXATTR -> attribute(onFile(FSETXATTR)).with(4, modifiers);
            case Operation.SETXATTR -> attribute(plain(SETXATTR).with(0, Entry.thirdAddress(entry)))
                    .with(4, modifiers);
            case Operation.FGETXATTR -> attribute(onFile(FGETXATTR));
            case Operation.GETXATTR -> attribute(plain(GETXATTR).with(0, Entry.thirdAddress(entry)));
            default -> refuse(EINVAL);
        };
    }

    private CallRequest attribute(CallRequest request) {
        return request.with(1, Entry.address(entry)).with(2, Entry.offset(entry)).with(3, Entry.length(entry));
    }

    /** What it opens may become a registered file, which has no close-on-exec flag. */
    private RingRequest opens(CallRequest request, boolean cloexec) {
        int slot = Entry.file(entry);
        if (slot != 0 && cloexec) {
            return refuse(EINVAL);
        }
        request.setSlot(slot);
        return request;
    }

    private RingRequest send(int operation) {
        int flags = Entry.modifiers(entry) | MSG_NOSIGNAL;
        if ((Entry.priority(entry) & ~POLL_FIRST) != 0) {
            return refuse(EINVAL);
        }
        CallRequest request = operation == Operation.SENDMSG
                ? onFile(SENDMSG).with(1, Entry.address(entry)).with(2, flags).setKept(CallRequest.SENT_MESSAGE)
                : onFile(SENDTO).with(1, Entry.address(entry)).with(2, Entry.length(entry) & 0xffff_ffffL)
                .with(3, flags).with(4, Entry.offset(entry)).with(5, Entry.file(entry) & 0xffff)
                .setKept(CallRequest.TARGET);
        return whole(request, operation == Operation.SEND);
    }

    private RingRequest receive(int operation) {
        int priority = Entry.priority(entry);
        boolean repeats = (priority & RECV_MULTISHOT) != 0;
        boolean selects = (Entry.flags(entry) & RingRequest.BUFFER_SELECT) != 0;
        if ((priority & ~(POLL_FIRST | RECV_MULTISHOT)) != 0
                || repeats && (!selects || Entry.length(entry) != 0
                || (Entry.modifiers(entry) & MSG_WAITALL) != 0)) {
            return refuse(EINVAL);
        }
        CallRequest request = operation == Operation.RECVMSG
                ? onFile(RECVMSG).with(1, Entry.address(entry)).with(2, Entry.modifiers(entry))
                .setKept(CallRequest.RECEIVED_MESSAGE)
                : onFile(RECVFROM).with(1, Entry.address(entry)).with(2, Entry.length(entry) & 0xffff_ffffL)
                .with(3, Entry.modifiers(entry));
        request.setReceives();
        if (selects && operation == Operation.RECVMSG) {
            KeptArguments message = repeats ? null : KeptArguments.ofChosenBuffer(call, Entry.address(entry));
            if (message == null) {
                return refuse(EINVAL);
            }
            request.setKept(0).selectBuffer(Entry.buffer(entry), message);
        } else if (selects) {
            request.selectBuffer(Entry.buffer(entry), Entry.length(entry) & 0xffff_ffffL);
        }
        if (repeats) {
            request.setRepeats(true);
        }
        return whole(request, operation == Operation.RECV && !selects);
    }

    /** MSG_WAITALL: less than all breaks the chain. */
    private CallRequest whole(CallRequest request, boolean lengthKnown) {
        if ((Entry.modifiers(entry) & MSG_WAITALL) != 0) {
            request.setWantsAll();
            if (lengthKnown) {
                request.setWhole(Entry.length(entry) & 0xffff_ffffL);
            }
        }
        return request;
    }

    private RingRequest accept() {
        int priority = Entry.priority(entry);
        int slot = Entry.file(entry);
        boolean repeats = (priority & ACCEPT_MULTISHOT) != 0;
        boolean addressed = Entry.address(entry) != 0 || Entry.offset(entry) != 0;
        if ((priority & ~ACCEPT_MULTISHOT) != 0 || Entry.length(entry) != 0
                || repeats && slot != 0 && slot != -1) {
            return refuse(EINVAL);
        }
        CallRequest request = onFile(ACCEPT4).with(1, Entry.address(entry)).with(2, Entry.offset(entry))
                .with(3, Entry.modifiers(entry));
        if (repeats) {
            request.setRepeats(false);
        }
        return addressed && repeats && Entry.address(entry) == 0 ? refuse(EFAULT)
                : opens(request, (Entry.modifiers(entry) & OpenFlags.O_CLOEXEC) != 0);
    }

    private RingRequest close() {
        int slot = Entry.file(entry);
        int fd = Entry.fd(entry);
        if (Entry.offset(entry) != 0 || Entry.address(entry) != 0 || Entry.length(entry) != 0
                || Entry.modifiers(entry) != 0 || Entry.buffer(entry) != 0 || slot != 0 && fd != 0) {
            return refuse(EINVAL);
        }
        if ((Entry.flags(entry) & RingRequest.FIXED_FILE) != 0) {
            return refuse(EBADF);
        }
        return slot != 0 ? done(() -> ring.registered().close(slot - 1))
                : done(() -> call.process().files().at(fd) == ring ? -EBADF
                : call.process().files().close(fd));
    }

    private RingRequest splice(int operation) {
        boolean tees = operation == Operation.TEE;
        int flags = Entry.modifiers(entry) & ~SPLICE_F_FD_IN_FIXED;
        if (tees && (Entry.offset(entry) != 0 || Entry.address(entry) != 0)) {
            return refuse(EINVAL);
        }
        int source = Entry.file(entry);
        CallRequest request = onFile(tees ? TEE : SPLICE).with(0, source)
                .setSource(flags != Entry.modifiers(entry) ? source & Integer.MAX_VALUE : -1);
        long length = Entry.length(entry) & 0xffff_ffffL;
        request.setWhole(length);
        return tees ? request.with(1, Entry.fd(entry)).with(2, length).with(3, flags)
                : request.with(1, Entry.address(entry)).with(2, Entry.fd(entry)).with(3, Entry.offset(entry))
                .with(4, length).with(5, flags);
    }
}

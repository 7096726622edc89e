package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.collect.Ref;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.namespace.UserNamespace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;

/** ioctl_ns(2). */
final class NamespaceRequests {
    private static final int NS_GET_USERNS = 0xb701;
    private static final int NS_GET_PARENT = 0xb702;
    private static final int NS_GET_NSTYPE = 0xb703;
    private static final int NS_GET_OWNER_UID = 0xb704;
    private static final int NS_GET_PID_FROM_PIDNS = 0x8004_b706;
    private static final int NS_GET_TGID_FROM_PIDNS = 0x8004_b707;
    private static final int NS_GET_PID_IN_PIDNS = 0x8004_b708;
    private static final int NS_GET_TGID_IN_PIDNS = 0x8004_b709;

    private NamespaceRequests() {
    }

    /** @param namespace null for a file of another kind */
    static long answer(Call call, Namespace namespace, int request, long argument) {
        if (namespace == null) {
            return -ENOTTY;
        }
        switch (request) {
            case NS_GET_USERNS:
                return open(call, ownerOf(call, namespace));
            case NS_GET_PARENT:
                return namespace.hasParent() ? open(call, namespace.parentWithin(call.task())) : -EINVAL;
            case NS_GET_NSTYPE:
                return namespace.flag();
            case NS_GET_OWNER_UID:
                return namespace instanceof UserNamespace users
                        ? UserWord.storeInt(call, argument, call.credentials().shownUid(users.creatorUid())) : -EINVAL;
            case NS_GET_PID_FROM_PIDNS, NS_GET_TGID_FROM_PIDNS, NS_GET_PID_IN_PIDNS, NS_GET_TGID_IN_PIDNS:
                return namespace instanceof PidNamespace pids ? translate(call, pids, request, (int) argument)
                        : -EINVAL;
            default:
                return -ENOTTY;
        }
    }

    /** What a number of one namespace is in another. */
    private static long translate(Call call, PidNamespace pids, int request, int number) {
        boolean from = request == NS_GET_PID_FROM_PIDNS || request == NS_GET_TGID_FROM_PIDNS;
        Task task = call.instance().processes().byTid(from ? pids.idOf(number) : call.idOf(number));
        if (task == null) {
            return -ESRCH;
        }
        boolean process = request == NS_GET_TGID_FROM_PIDNS || request == NS_GET_TGID_IN_PIDNS;
        int id = process ? task.process().pid() : task.tid();
        int result = from ? call.numberOf(id) : pids.numberOf(id);
        return result == 0 ? -ESRCH : result;
    }

    /** Null where the caller must not know it. */
    private static Namespace ownerOf(Call call, Namespace namespace) {
        boolean isUsers = namespace.kind() == Namespace.USER;
        if (isUsers) {
            return namespace.parentWithin(call.task());
        }
        return UserNamespace.isWithin(namespace.owner(), call.credentials().users)
                ? call.instance().namespaces().orFirst(namespace.owner()) : null;
    }

    private static long open(Call call, Namespace namespace) {
        if (namespace == null) {
            return -EPERM;
        }
        Path place = new Path();
        if (!call.instance().namespaces().place(namespace, place)) {
            return -ENOSPC;
        }
        Ref<FileHandle> opened = new Ref<>();
        place.inode().open(OpenFlags.O_RDONLY, place, opened);
        place.clear();
        return call.process().files().installNew(opened.value, true);
    }
}

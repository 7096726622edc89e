package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.UserNamespace;
import demitasse.posix.task.Call;
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

    private NamespaceRequests() {
    }

    static long answer(Call call, Namespace namespace, int request, long argument) {
        switch (request) {
            case NS_GET_USERNS:
                return open(call, ownerOf(call, namespace));
            case NS_GET_PARENT:
                return namespace.hasParent() ? open(call, namespace.parentWithin(call.task())) : -EINVAL;
            case NS_GET_NSTYPE:
                return namespace.flag();
            case NS_GET_OWNER_UID:
                return namespace instanceof UserNamespace users
                        ? UserWord.storeInt(call, argument, users.creatorUid()) : -EINVAL;
            default:
                return -ENOTTY;
        }
    }

    /** Null where the caller must not know it. */
    private static Namespace ownerOf(Call call, Namespace namespace) {
        boolean isUsers = namespace.kind() == Namespace.USER;
        return isUsers ? namespace.parentWithin(call.task()) : call.instance().namespaces().orFirst(namespace.owner());
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

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.debug.Tracing;
import demitasse.posix.file.PidFile;
import demitasse.posix.namespace.MountNamespace;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.NamespaceInode;
import demitasse.posix.namespace.NamespaceSet;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.namespace.UserNamespace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;

/** setns(2). */
final class Setns {
    private Setns() {
    }

    @Syscall("setns")
    static long setns(Call call, int fd, int kinds) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        Namespace wanted = NamespaceInode.of(file);
        if (wanted != null) {
            if (kinds != 0 && kinds != wanted.flag()) {
                return -EINVAL;
            }
            if (wanted instanceof UserNamespace users) {
                return become(call, users);
            }
            long error = refusal(call, wanted);
            if (error == 0) {
                enter(call, wanted);
            }
            return error;
        }
        return file instanceof PidFile process ? ofProcess(call, process, kinds) : -EINVAL;
    }

    /** All of them, or none. */
    private static long ofProcess(Call call, PidFile file, int kinds) {
        if (kinds == 0 || (kinds & ~(Namespace.CLONE_NEW_OF_SET | Namespace.CLONE_NEWUSER)) != 0) {
            return -EINVAL;
        }
        Process process = file.process();
        Task task = file.isGone() ? null : process.firstTask();
        if (task == null) {
            return -ESRCH;
        }
        if (!Tracing.isAllowed(call.task(), task)) {
            return -EPERM;
        }
        NamespaceSet set = task.namespaces();
        Credentials before = call.credentials();
        long error = (kinds & Namespace.CLONE_NEWUSER) == 0 ? 0
                : become(call, call.instance().namespaces().orFirst(task.credentials().users));
        for (int kind = 0; kind < Namespace.KINDS && error == 0; kind++) {
            error = (kinds & set.of(kind).flag()) == 0 ? 0 : refusal(call, set.of(kind));
        }
        if (error < 0) {
            call.task().changeCredentials(before);
            return error;
        }
        for (int kind = 0; kind < Namespace.KINDS; kind++) {
            if ((kinds & set.of(kind).flag()) != 0) {
                enter(call, set.of(kind));
            }
        }
        return 0;
    }

    private static long become(Call call, UserNamespace users) {
        boolean alone = call.process().isSingleThreaded() && !call.process().placesAreShared();
        if (users.asOwner() == call.credentials().users || !alone) {
            return -EINVAL;
        }
        if (!call.credentials().may(Credentials.CAP_SYS_ADMIN, users.asOwner())) {
            return -EPERM;
        }
        call.task().changeCredentials(call.credentials().in(users.asOwner()));
        return 0;
    }

    private static long refusal(Call call, Namespace wanted) {
        Credentials who = call.credentials();
        boolean mounts = wanted.kind() == Namespace.MOUNT;
        if (!who.may(Credentials.CAP_SYS_ADMIN, wanted.owner()) || !who.may(Credentials.CAP_SYS_ADMIN, who.users)
                || mounts && !who.may(Credentials.CAP_SYS_CHROOT, who.users)) {
            return -EPERM;
        }
        if (wanted instanceof PidNamespace pids && !call.process().pidNamespace().contains(pids)) {
            return -EINVAL;
        }
        // Root and working directory go along, which nobody else may have in common with the caller.
        return mounts && call.process().placesAreShared() ? -EINVAL : 0;
    }

    private static void enter(Call call, Namespace wanted) {
        if (wanted.kind() == Namespace.IPC) {
            call.namespaces().ipc().undo(call.process());
        }
        call.task().setNamespaces(call.namespaces().with(wanted));
        if (wanted instanceof MountNamespace mounts) {
            Path root = new Path();
            call.instance().mounts().root(mounts.tree(), root);
            call.process().setRoot(root);
            call.process().setDirectory(root);
            root.clear();
        }
    }
}

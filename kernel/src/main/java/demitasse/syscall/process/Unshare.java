package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.collect.Ref;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.namespace.NamespaceSet;
import demitasse.posix.namespace.Namespaces;
import demitasse.posix.task.Call;
import demitasse.posix.task.Cloning;

/** unshare(2). */
final class Unshare {
    private static final int OF_THREADS = Cloning.CLONE_VM | Cloning.CLONE_SIGHAND | Cloning.CLONE_THREAD;
    private static final int KNOWN = OF_THREADS | Cloning.CLONE_FS | Cloning.CLONE_FILES | Cloning.CLONE_SYSVSEM
            | Namespace.CLONE_NEW_OF_SET;

    private Unshare() {
    }

    @Syscall(value = "unshare", rejects = {"CLONE_NEWPID", "CLONE_NEWUSER", "CLONE_NEWNET", "CLONE_NEWTIME",
        "CLONE_FS, CLONE_FILES and CLONE_NEWNS of one thread among others"})
    static long unshare(Call call, long flags) {
        if ((flags & ~(long) KNOWN) != 0) {
            return -EINVAL;
        }
        long wanted = (flags & Namespace.CLONE_NEWNS) != 0 ? flags | Cloning.CLONE_FS : flags;
        // Threads have all of this in common; a process with one alone shares it at most with other processes.
        if ((wanted & (OF_THREADS | Cloning.CLONE_FS | Cloning.CLONE_FILES)) != 0
                && !call.process().isSingleThreaded()) {
            return -EINVAL;
        }
        if (Clone.lacksPrivilege(call, wanted)) {
            return -EPERM;
        }
        Ref<NamespaceSet> made = new Ref<>();
        long error = (wanted & Namespace.CLONE_NEW_OF_SET) == 0 ? 0
                : call.instance().namespaces().copy(call.namespaces(), wanted, null, made);
        if (error == 0) {
            call.process().unshare((wanted & Cloning.CLONE_FILES) != 0, (wanted & Cloning.CLONE_FS) != 0);
            enter(call, wanted, made.value);
        }
        call.instance().namespaces().copied(wanted);
        return error;
    }

    private static void enter(Call call, long flags, NamespaceSet made) {
        Namespaces namespaces = call.instance().namespaces();
        if ((flags & (Namespace.CLONE_NEWIPC | Cloning.CLONE_SYSVSEM)) != 0) {
            call.namespaces().ipc().undo(call.process());
        }
        if ((flags & Namespace.CLONE_NEWNS) != 0) {
            namespaces.follow(call.process().root());
            namespaces.follow(call.process().directory());
        }
        if (made != null) {
            call.task().setNamespaces(made);
        }
    }
}

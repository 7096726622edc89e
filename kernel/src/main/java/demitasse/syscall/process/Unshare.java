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
import demitasse.posix.task.Credentials;

/** unshare(2). */
final class Unshare {
    private static final int OF_THREADS = Cloning.CLONE_VM | Cloning.CLONE_SIGHAND | Cloning.CLONE_THREAD;
    private static final int KNOWN = OF_THREADS | Cloning.CLONE_FS | Cloning.CLONE_FILES | Cloning.CLONE_SYSVSEM
            | Namespace.CLONE_NEW_OF_SET | Namespace.CLONE_NEWUSER;

    private Unshare() {
    }

    @Syscall(value = "unshare", rejects = {"CLONE_NEWTIME", "CLONE_FILES of one thread among others"})
    static long unshare(Call call, long flags) {
        if ((flags & ~(long) KNOWN) != 0) {
            return -EINVAL;
        }
        long wanted = (flags & (Namespace.CLONE_NEWNS | Namespace.CLONE_NEWUSER)) != 0 ? flags | Cloning.CLONE_FS
                : flags;
        // Threads have all of this in common; a process with one alone shares it at most with other processes.
        if ((wanted & (OF_THREADS | Cloning.CLONE_FILES | Namespace.CLONE_NEWUSER)) != 0
                && !call.process().isSingleThreaded()) {
            return -EINVAL;
        }
        if (Clone.lacksPrivilege(call, wanted)) {
            return -EPERM;
        }
        Ref<Credentials> who = new Ref<>();
        who.value = call.credentials();
        int error = (wanted & Namespace.CLONE_NEWUSER) == 0 ? 0
                : call.instance().namespaces().newUsers(call.task(), who);
        Ref<NamespaceSet> made = new Ref<>();
        if (error == 0 && (wanted & Namespace.CLONE_NEW_OF_SET) != 0) {
            error = call.instance().namespaces().copy(call.task(), wanted, who.value.users, made);
        }
        if (error == 0) {
            if (who.value != call.credentials()) {
                call.task().changeCredentials(who.value);
            }
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

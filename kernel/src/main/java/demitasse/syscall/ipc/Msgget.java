package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;

import demitasse.base.annotation.Syscall;
import demitasse.posix.ipc.Ipc;
import demitasse.posix.ipc.MessageQueue;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** msgget(2). */
final class Msgget {
    private Msgget() {
    }

    @Syscall("msgget")
    static long msgget(Call call, int key, int flags) {
        Ipc ipc = call.namespaces().ipc();
        Credentials who = call.credentials();
        MessageQueue found = ipc.messages().wanted(key, flags);
        if (found != null) {
            return found.permits(who, IpcLayout.wanted(flags)) ? found.id() : -EACCES;
        }
        return ipc.messages().error() != 0 ? ipc.messages().error()
                : ipc.messages().add(new MessageQueue(ipc, key, flags, who));
    }
}

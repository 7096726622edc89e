package demitasse.posix.namespace;

import demitasse.posix.ipc.Ipc;

/** ipc_namespaces(7): System V objects and POSIX message queues. */
public final class IpcNamespace extends Namespace {
    private final Ipc ipc;

    IpcNamespace(long number, UserNamespace owner, Ipc ipc) {
        super(IPC, number, owner);
        this.ipc = ipc;
    }

    public Ipc ipc() {
        return ipc;
    }

    @Override
    void ended() {
        ipc.removeAll();
    }
}

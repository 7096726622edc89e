package demitasse.posix.namespace;

import demitasse.net.stack.NetStack;

/** network_namespaces(7): a stack of its own, with lo alone. */
public final class NetworkNamespace extends Namespace {
    private final NetStack stack;
    /** The next that is polled. */
    NetworkNamespace next;
    private boolean ended;

    /** @param stack null for the first, which boot makes */
    NetworkNamespace(long number, UserNamespace owner, NetStack stack) {
        super(NETWORK, number, owner);
        this.stack = stack;
    }

    public NetStack stack() {
        return stack;
    }

    /** Nobody is in it, nor has a socket of it. */
    boolean isOver() {
        return ended && stack.sockets == 0;
    }

    @Override
    void ended() {
        ended = true;
    }
}

package demitasse.posix.namespace;

import demitasse.alloc.Allocator;
import demitasse.posix.task.HostNames;

/** uts_namespaces(7): what uname(2) tells. */
public final class UtsNamespace extends Namespace {
    private final HostNames names;
    /** Null where the names do not end before the instance. */
    private final Allocator memory;

    UtsNamespace(long number, UserNamespace owner, HostNames names, Allocator memory) {
        super(UTS, number, owner);
        this.names = names;
        this.memory = memory;
    }

    public HostNames names() {
        return names;
    }

    @Override
    void ended() {
        memory.free(names.address(), HostNames.BYTES);
    }
}

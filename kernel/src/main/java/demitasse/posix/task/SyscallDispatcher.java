package demitasse.posix.task;

/** Leads from a system call to its handler. The table is generated above this package, so boot wires it in. */
public interface SyscallDispatcher {
    /** What the handler answers: a result, -errno, or {@link Call#PARKED}. */
    long dispatch(Call call);
}

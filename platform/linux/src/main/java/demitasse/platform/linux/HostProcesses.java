package demitasse.platform.linux;

/**
 * The host processes, each with the mappings of one address space at a time. The first holds all that have none of
 * their own, one after the other. An address space that keeps losing what it had mapped there gets a process of its
 * own, where it stays: a switch is then one of the host's, and nothing has to be mapped again.
 *
 * <p>Most never get one: what runs for a short time, and what runs alone.
 */
final class HostProcesses {
    /** With this many processes, 16 MB of the host's page tables at the worst, a switch of the host is still quick. */
    private static final int PROCESSES_MAX = 64;
    /** A loss costs about as much as ten switches of the host; a process of its own, about as much as three losses. */
    private static final int LOSSES_MAX = 4;

    private final HostMappings host;
    private final LinuxMemory memory;
    private final Mapped first;
    private final Mapped[] free = new Mapped[PROCESSES_MAX];
    private int freeCount;
    private int started = 1;
    private Mapped active;

    HostProcesses(HostMappings host, LinuxMemory memory) {
        this.host = host;
        this.memory = memory;
        first = new Mapped(host, memory, 0);
        active = first;
    }

    Mapped first() {
        return first;
    }

    /** The address space that programs run in now, or null before the first. */
    LinuxAddressSpace current() {
        return active.holder();
    }

    boolean isActive(Mapped mapped) {
        return active == mapped;
    }

    /** Makes an address space the current one; true when that and the one before have exchanged frames. */
    boolean enter(LinuxAddressSpace next) {
        Mapped before = active;
        Mapped mapped = next.mapped();
        if (mapped == first && first.holder() != next && next.losses() >= LOSSES_MAX) {
            mapped = take();
            next.movesTo(mapped);
        }
        if (before != mapped) {
            active = mapped;
            host.enterProcess(mapped.number());
            mapped.forgetStale();
        }
        return mapped.replace(next, before == mapped);
    }

    /** A process without an address space; the first when there is no other. */
    private Mapped take() {
        if (freeCount > 0) {
            freeCount--;
            return free[freeCount];
        }
        if (started == PROCESSES_MAX || !host.startProcess(started)) {
            started = PROCESSES_MAX;
            return first;
        }
        Mapped mapped = new Mapped(host, memory, started);
        started++;
        return mapped;
    }

    /** An address space that is not current is gone. */
    void release(LinuxAddressSpace space) {
        Mapped mapped = space.mapped();
        mapped.forget(space);
        if (mapped != first) {
            free[freeCount] = mapped;
            freeCount++;
        }
    }
}

package demitasse.net.ip;

import static demitasse.base.error.Errno.EADDRINUSE;

/** The local ports of one protocol: who holds which, and which may be given out, ip(7) ip_local_port_range. */
public final class Ports {
    public static final int EPHEMERAL_FIRST = 32_768;
    public static final int EPHEMERAL_COUNT = 28_232;
    public static final int BUCKETS = 256;

    private final Binding[] buckets = new Binding[BUCKETS];
    private final boolean isStream;
    private int offset;

    /** @param isStream for TCP, where SO_REUSEADDR does not let two endpoints listen */
    public Ports(boolean isStream) {
        this.isStream = isStream;
    }

    /** The first binding of a port's bucket; look at {@link Binding#port}. */
    public Binding first(int port) {
        return buckets[port & BUCKETS - 1];
    }

    public Binding after(Binding binding) {
        return binding.next;
    }

    public boolean isUsed(int port) {
        Binding one = first(port);
        while (one != null && one.port != port) {
            one = one.next;
        }
        return one != null;
    }

    /** Holds the address and port in the binding: 0 or -EADDRINUSE. */
    public int bind(Binding wanted) {
        if (conflicts(wanted)) {
            return -EADDRINUSE;
        }
        add(wanted);
        return 0;
    }

    public void add(Binding binding) {
        assert !binding.isBound();
        binding.setBound(true);
        binding.next = first(binding.port);
        buckets[binding.port & BUCKETS - 1] = binding;
    }

    /** Whether another binding keeps this one from being made, or from listening. */
    public boolean conflicts(Binding wanted) {
        for (Binding one = first(wanted.port); one != null; one = one.next) {
            if (one != wanted && one.port == wanted.port && one.overlaps(wanted) && !agree(one, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** socket(7): SO_REUSEADDR, unless the one that was first listens; SO_REUSEPORT for the same user. */
    private boolean agree(Binding one, Binding other) {
        if (one.reusePort && other.reusePort && one.owner == other.owner) {
            return true;
        }
        return one.reuseAddress && other.reuseAddress && !(isStream && one.listening);
    }

    /** Holds a free port for an address; -EADDRINUSE when there is none. */
    public int bindAny(Binding wanted, int random) {
        for (int i = 0; i < freeCount(wanted); i++) {
            wanted.port = ephemeral(wanted, random, i);
            if (!isUsed(wanted.port)) {
                add(wanted);
                return 0;
            }
        }
        wanted.port = 0;
        return -EADDRINUSE;
    }

    /** The n-th candidate from a start that differs for each target, RFC 6056 §3.3.3. */
    public int ephemeral(Binding binding, int hash, int n) {
        return freeFirst(binding) + Integer.remainderUnsigned(hash + offset + n, freeCount(binding));
    }

    /** IP_LOCAL_PORT_RANGE only narrows the range of all: what lies outside of that says nothing, ip(7). */
    private static int freeFirst(Binding binding) {
        return isFree(binding.portFirst) ? binding.portFirst : EPHEMERAL_FIRST;
    }

    /** How many ports may be given out to a binding. */
    public static int freeCount(Binding binding) {
        int last = isFree(binding.portLast) ? binding.portLast : EPHEMERAL_FIRST + EPHEMERAL_COUNT - 1;
        return last - freeFirst(binding) + 1;
    }

    private static boolean isFree(int port) {
        return port >= EPHEMERAL_FIRST && port < EPHEMERAL_FIRST + EPHEMERAL_COUNT;
    }

    /** The next search begins behind the port that was found. */
    public void advance(int n) {
        offset += n + 1;
    }

    public void release(Binding binding) {
        if (!binding.isBound()) {
            return;
        }
        int bucket = binding.port & BUCKETS - 1;
        if (buckets[bucket] == binding) {
            buckets[bucket] = binding.next;
        } else {
            Binding one = buckets[bucket];
            while (one.next != binding) {
                one = one.next;
            }
            one.next = binding.next;
        }
        binding.next = null;
        binding.setBound(false);
    }
}

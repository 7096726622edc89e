package demitasse.posix.netlink;

import demitasse.posix.file.Files;

/** The sockets of netlink, and who answers them. */
public final class Netlink {
    static final int ROUTE = 0;
    static final int SOCK_DIAG = 4;
    /** Nothing is ever plugged in: who listens hears nothing. */
    static final int KOBJECT_UEVENT = 15;
    static final int GENERIC = 16;
    /** Where port numbers begin that no process has. */
    private static final int PORTS_FIRST = -4096;

    final Files files;
    private final RouteFamily route;
    private final DiagnosisFamily diagnosis;
    private NetlinkSocket first;
    private int nextPort = PORTS_FIRST;

    public Netlink(Files files) {
        this.files = files;
        route = new RouteFamily(this);
        diagnosis = new DiagnosisFamily(files);
    }

    /** Whether a protocol of netlink(7) is spoken here. */
    public static boolean knows(int protocol) {
        return protocol == ROUTE || protocol == SOCK_DIAG || protocol == KOBJECT_UEVENT
                || protocol == GENERIC;
    }

    /** All sockets; {@code one} of null is before the first. Null at the end. */
    public NetlinkSocket after(NetlinkSocket one) {
        return one == null ? first : one.next;
    }

    void add(NetlinkSocket socket) {
        socket.next = first;
        first = socket;
    }

    void remove(NetlinkSocket socket) {
        if (first == socket) {
            first = socket.next;
        } else {
            NetlinkSocket before = first;
            while (before.next != socket) {
                before = before.next;
            }
            before.next = socket.next;
        }
    }

    /** The socket with a port number; null for none. */
    NetlinkSocket at(int protocol, int port) {
        NetlinkSocket one = first;
        while (one != null && (one.protocol() != protocol || one.port() != port)) {
            one = one.next;
        }
        return one;
    }

    /** A port number that nobody has, if possible the one that is liked. */
    int freePort(int protocol, int liked) {
        int port = liked;
        while (port == 0 || at(protocol, port) != null) {
            port = nextPort--;
        }
        return port;
    }

    /** Answers a request, or begins a dump: 0 or -errno. */
    int answer(NetlinkSocket socket, NetlinkRequest request) {
        return switch (socket.protocol()) {
            case ROUTE -> route.answer(socket, request);
            case SOCK_DIAG -> diagnosis.answer(socket, request);
            case GENERIC -> GenericFamily.answer(socket, request);
            default -> 0;
        };
    }

    /** Whether anybody hears what is told to a group. */
    boolean isHeard(int protocol, int group) {
        NetlinkSocket one = first;
        while (one != null && !(one.protocol() == protocol && one.hears(group))) {
            one = one.next;
        }
        return one != null;
    }

    /** Tells all of a group. */
    void tell(int protocol, int group, NetlinkWriter message) {
        for (NetlinkSocket one = first; one != null; one = one.next) {
            if (one.protocol() == protocol && one.hears(group)) {
                one.offer(message, 1 << group - 1);
            }
        }
    }
}

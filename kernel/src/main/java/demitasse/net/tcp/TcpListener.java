package demitasse.net.tcp;

import demitasse.net.ip.Binding;
import demitasse.net.ip.Notified;
import demitasse.sched.wait.Events;

/** A port that is listened to: handshakes under way, and connections that wait to be accepted, listen(2). */
public final class TcpListener {
    final Binding binding;
    /** Its options are those of what is accepted. */
    final TcpConnection template;
    private final Notified user;
    private int backlog;
    private int handshakes;
    private int pending;
    private TcpConnection first;
    private TcpConnection last;
    boolean closed;
    /** When a handshake was last answered with a cookie; 0 for never. */
    long cookieNs;

    TcpListener(TcpConnection template, Binding binding, int backlog, Notified user) {
        this.template = template;
        this.binding = binding;
        this.backlog = backlog;
        this.user = user;
    }

    public void setBacklog(int newBacklog) {
        backlog = newBacklog;
    }

    Notified user() {
        return user;
    }

    public int pending() {
        return pending;
    }

    public int backlog() {
        return backlog;
    }

    /** A connection may end its handshake: as on Linux one more than the backlog. */
    boolean hasRoom() {
        return pending <= backlog;
    }

    boolean mayBegin() {
        return hasRoom() && handshakes < handshakesMax();
    }

    /** One that has just been made may wait for its data; cookies let more come, who are offered as they are. */
    boolean mayDefer() {
        return handshakes <= handshakesMax();
    }

    private int handshakesMax() {
        return Math.max(backlog, 16) + 1;
    }

    void handshakeBegins() {
        handshakes++;
    }

    void handshakeEnds() {
        handshakes--;
    }

    /** A connection is established. */
    void offer(TcpConnection connection) {
        connection.nextPending = null;
        connection.deferred = false;
        if (last == null) {
            first = connection;
        } else {
            last.nextPending = connection;
        }
        last = connection;
        pending++;
        user.changed(Events.IN);
    }

    /** The next connection, now the caller's; null when there is none. */
    public TcpConnection accept() {
        TcpConnection connection = first;
        if (connection != null) {
            first = connection.nextPending;
            last = first == null ? null : last;
            connection.nextPending = null;
            connection.listener = null;
            pending--;
        }
        return connection;
    }
}

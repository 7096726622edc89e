package demitasse.net.tcp;

import demitasse.sched.timer.Timer;

/**
 * All timers of a connection in one: it is armed for the earliest and never moved back, because most deadlines move on
 * before they are reached; a timer that rings early looks again.
 */
final class ConnectionTimers extends Timer {
    private final TcpConnection connection;
    /** 0 for none of each. */
    long acknowledgeNs;
    long keepAliveNs;
    /** Handshake, or the end of FIN_WAIT_2 and TIME_WAIT. */
    long stateNs;
    /** No deadline: when that left which the peer has not answered since, for TCP_USER_TIMEOUT. */
    long askedNs;

    ConnectionTimers(TcpConnection connection) {
        this.connection = connection;
    }

    /** To be called when a deadline may have come nearer. */
    void update() {
        long first = earliestNs();
        if (first == Long.MAX_VALUE || connection.isGone()) {
            return;
        }
        if (!isArmed() || first < deadlineNs()) {
            connection.tcp.timers.arm(this, first);
        }
    }

    void cancelAll() {
        acknowledgeNs = 0;
        keepAliveNs = 0;
        stateNs = 0;
        connection.tcp.timers.cancel(this);
    }

    private long earliestNs() {
        long first = Math.min(orNever(acknowledgeNs), orNever(keepAliveNs));
        first = Math.min(first, orNever(stateNs));
        return Math.min(first, orNever(connection.retransmitNs()));
    }

    private static long orNever(long deadlineNs) {
        return deadlineNs == 0 ? Long.MAX_VALUE : deadlineNs;
    }

    @Override
    protected void expired(long nowNs) {
        connection.tcp.tick(nowNs);
        if (acknowledgeNs != 0 && acknowledgeNs <= nowNs) {
            acknowledgeNs = 0;
            if (connection.isSynchronized() && connection.receiver.owesAck()) {
                connection.tcp.output.acknowledge(connection);
            }
        }
        if (!connection.isGone() && connection.retransmitNs() != 0 && connection.retransmitNs() <= nowNs) {
            connection.sender.recovery.expired(nowNs);
        }
        if (!connection.isGone() && keepAliveNs != 0 && keepAliveNs <= nowNs) {
            keepAliveNs = 0;
            connection.keepAliveDue(nowNs);
        }
        if (!connection.isGone() && stateNs != 0 && stateNs <= nowNs) {
            stateNs = 0;
            connection.stateDue(nowNs);
        }
        update();
    }
}

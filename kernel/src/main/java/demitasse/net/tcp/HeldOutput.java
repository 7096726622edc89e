package demitasse.net.tcp;

import demitasse.base.annotation.HotPath;
import demitasse.net.ip.Notified;
import demitasse.net.ip.RoomWaiter;

/**
 * What a connection sends when the device has room again, or when the turn of its program ends: a header goes with its
 * page, answers to many leave together, and an acknowledgement goes with the answer, the room that the program makes,
 * or its end of the connection.
 */
final class HeldOutput extends RoomWaiter {
    private final TcpConnection connection;
    /** A program has been woken that may have an answer to what is to be acknowledged. */
    private boolean holdsAck;

    HeldOutput(TcpConnection connection) {
        this.connection = connection;
    }

    @Override
    public void roomAgain() {
        holdsAck = false;
        connection.sender.transmit();
        if (connection.receiver.ackNow && !connection.isGone()) {
            connection.tcp.output.acknowledge(connection);
        }
    }

    /** What fills segments leaves at once, the rest may wait until the program has nothing more to write. */
    @HotPath("per packet")
    void push() {
        // Options are set before there is a peer, and a way to it, too.
        if (!connection.maySend()) {
            return;
        }
        Sender sender = connection.sender;
        if (sender.unsentBytes() >= sender.segmentBytes()) {
            connection.tcp.tick();
            sender.transmitFull();
        }
        if (sender.unsentBytes() > 0 && !connection.tcp.ip.later(connection.hop, this)) {
            connection.tcp.tick();
            sender.transmit();
        }
    }

    /** The program has made room that the peer should know of. */
    void acknowledge() {
        connection.receiver.ackNow = true;
        if (!connection.tcp.ip.later(connection.hop, this)) {
            connection.tcp.tick();
            connection.tcp.output.acknowledge(connection);
        }
    }

    /** Before a program hears of data: whether it waits for it, or for connections of which this is one. */
    boolean isAwaited() {
        Notified user = connection.listener != null ? connection.listener.user() : connection.user();
        return user != null && user.isAwaited();
    }

    /** Data has come in order, and a program was woken. */
    void noteWoken() {
        holdsAck = true;
    }

    /** Whether what is to be acknowledged now leaves later, by itself at the latest. */
    @HotPath("per packet")
    boolean keepsAck() {
        Receiver receiver = connection.receiver;
        if (receiver.ackNow && holdsAck && receiver.outOfOrder.isEmpty()
                && connection.tcp.ip.later(connection.hop, this)) {
            return true;
        }
        holdsAck = false;
        return false;
    }
}

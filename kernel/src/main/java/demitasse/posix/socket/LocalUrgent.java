package demitasse.posix.socket;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.file.Pipe;
import demitasse.vfs.Transfer;

/**
 * Urgent data of a local stream, unix(7) MSG_OOB: one byte, which stands in the ring among the others with a message of
 * its own around it. Read beside the others it leaves a mark, where reading stops; when a later one comes, it is a byte
 * as any other. As manage_oob() of Linux does it.
 */
final class LocalUrgent {
    private final PacketList packets;
    private final Pipe incoming;
    /** SO_OOBINLINE, socket(7). */
    boolean inline;
    /** Null for none. */
    private Packet there;
    /** Bytes in the ring that have been read beside the others: marks. */
    private int marks;

    LocalUrgent(PacketList packets, Pipe incoming) {
        this.packets = packets;
        this.incoming = incoming;
    }

    /** Whether readers have to ask the rest. */
    boolean isUsed() {
        return there != null || marks > 0;
    }

    /** POLLPRI. */
    boolean isThere() {
        return there != null;
    }

    int marks() {
        return marks;
    }

    /** What was put last into the ring, at a position, is urgent. There is room for a message more. */
    @ColdPath("few programs send such")
    void mark(long position, UnixSocket sender, Ancillary ancillary) {
        if (there != null) {
            forget(there);
        }
        Packet last = packets.last();
        if (last != null && last.position == position) {
            there = last;
        } else {
            if (last != null && last.position + last.lengthBytes > position) {
                last.lengthBytes--;
            }
            there = new Packet(position, 1, Packet.NO_FILES, sender, ancillary);
            packets.add(there);
        }
        there.urgency = Packet.URGENT;
    }

    /** A byte as any other from now on. */
    private void forget(Packet packet) {
        packet.urgency = 0;
        if (packet.files.length == 0) {
            packets.remove(packet);
        }
        there = null;
    }

    /** MSG_OOB of recv(2): 1, -EINVAL when there is none to be read so, -EFAULT. */
    @ColdPath("few programs send such")
    int take(Transfer target, long position, boolean peeks) {
        if (there == null || inline) {
            return -EINVAL;
        }
        if (incoming.peek((int) (there.position - position), target, 1) != 1) {
            return -EFAULT;
        }
        if (!peeks) {
            there.urgency = Packet.READ;
            there = null;
            marks++;
        }
        return 1;
    }

    /** SIOCATMARK, sockatmark(3). */
    boolean isAtMark(long position) {
        Packet first = packets.first();
        if (first == null || first.position != position || first.urgency == 0) {
            return false;
        }
        return first == there || there == null || first.next == there && there.position == position + 1;
    }

    /** Whether a mark stands at a position that ends no read: there is a later urgent byte, and other bytes before. */
    boolean isPassable(long position) {
        Packet packet = there == null || marks == 0 ? null : packets.first();
        long at = position;
        while (packet != null && packet.urgency == Packet.READ && packet.position == at) {
            packet = packet.next;
            at++;
        }
        return at > position && there.position != at;
    }

    /**
     * How many bytes a reader at a position passes over: marks, and an urgent byte that it does not want. Unless it
     * only looks their messages are gone, and the bytes are the caller's to drop; so is an urgent byte as such that
     * stands in line.
     */
    @ColdPath("few programs send such")
    int hole(long position, boolean peeks, UnixSockets registry) {
        int hole = 0;
        Packet packet = packets.first();
        while (packet != null && packet.urgency != 0 && packet.position == position + hole) {
            if (packet == there && inline) {
                if (!peeks) {
                    forget(packet);
                }
                break;
            }
            Packet next = packet.next;
            hole++;
            if (!peeks) {
                marks -= packet == there ? 0 : 1;
                there = packet == there ? null : there;
                packets.remove().drop(registry);
            }
            packet = next;
        }
        return hole;
    }

    /** The first message with limits from a position on; null for none. An urgent byte in line has none there. */
    @ColdPath("few programs send such")
    Packet boundary(long position) {
        Packet packet = packets.first();
        while (packet != null && (packet.position < position || packet == there && inline
                && packet.position == position)) {
            packet = packet.next;
        }
        return packet;
    }
}

package demitasse.posix.packet;

import demitasse.device.net.Packet;
import demitasse.device.net.PacketTap;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.EthernetHeader;
import demitasse.net.wire.Ipv4Header;

/** All sockets of frames of one network. The devices are tapped only while there are any. */
public final class PacketSockets implements PacketTap {
    private final NetStack net;
    private PacketSocket first;
    /** What is known of the frame that passes; valid while it does. */
    final Frame frame = new Frame();

    /** Those of another network; null for none. */
    private PacketSockets next;

    public PacketSockets(NetStack net) {
        this.net = net;
    }

    /** Those of a network among these and the ones behind them, made when first asked; those without sockets go. */
    public PacketSockets of(NetStack wanted) {
        PacketSockets one = this;
        while (one.net != wanted && one.next != null) {
            if (one.next.first == null && one.next.net != wanted) {
                one.next = one.next.next;
            } else {
                one = one.next;
            }
        }
        if (one.net != wanted) {
            one.next = new PacketSockets(wanted);
            one = one.next;
        }
        return one;
    }

    /** All sockets; {@code one} of null is before the first. Null at the end. */
    public PacketSocket after(PacketSocket one) {
        return one == null ? first : one.next;
    }

    /** The group of a number; null for none. */
    Fanout fanout(int id) {
        PacketSocket one = first;
        while (one != null && (one.fanout() == null || one.fanout().id != id)) {
            one = one.next;
        }
        return one == null ? null : one.fanout();
    }

    /** A number for a group that is not in use, PACKET_FANOUT_FLAG_UNIQUEID; -1 for none. */
    int freeFanout() {
        int id = 0;
        while (id <= 0xffff && fanout(id) != null) {
            id++;
        }
        return id > 0xffff ? -1 : id;
    }

    void add(PacketSocket socket) {
        if (first == null) {
            net.setTap(this);
        }
        socket.next = first;
        first = socket;
    }

    void remove(PacketSocket socket) {
        if (first == socket) {
            first = socket.next;
        } else {
            PacketSocket before = first;
            while (before.next != socket) {
                before = before.next;
            }
            before.next = socket.next;
        }
        if (first == null) {
            net.setTap(null);
        }
    }

    @Override
    public void passes(int interfaceIndex, Packet packet, boolean leaves) {
        NetInterface on = net.routes.byIndex(interfaceIndex);
        boolean bare = on.isLoopback;
        if (bare && (packet.headroom() < EthernetHeader.BYTES || packet.length() == 0)) {
            return;
        }
        if (bare) {
            // lo has no link header; whoever asks for frames is shown one, as on Linux.
            int type = Ipv4Header.version(packet.address()) == 6 ? EthernetHeader.IPV6 : EthernetHeader.IPV4;
            EthernetHeader.write(packet.push(EthernetHeader.BYTES), 0, 0, type);
        }
        if (packet.length() >= EthernetHeader.BYTES) {
            frame.set(on, packet, leaves);
            for (PacketSocket one = first; one != null; one = one.next) {
                one.offer(frame);
            }
        }
        if (bare) {
            packet.pull(EthernetHeader.BYTES);
        }
    }
}

package demitasse.device.net;

/** Packets in a row, first come first served. */
public final class PacketQueue {
    private Packet first;
    private Packet last;
    private int count;
    private long bytes;

    public boolean isEmpty() {
        return first == null;
    }

    public int count() {
        return count;
    }

    /** The lengths of all packets together. */
    public long bytes() {
        return bytes;
    }

    public Packet first() {
        return first;
    }

    public void add(Packet packet) {
        packet.next = null;
        if (last == null) {
            first = packet;
        } else {
            last.next = packet;
        }
        last = packet;
        count++;
        bytes += packet.length();
    }

    /** The first, now the caller's; null when there is none. */
    public Packet take() {
        Packet packet = first;
        if (packet == null) {
            return null;
        }
        first = packet.next;
        if (first == null) {
            last = null;
        }
        packet.next = null;
        count--;
        bytes -= packet.length();
        return packet;
    }

    public void releaseAll() {
        for (Packet packet = take(); packet != null; packet = take()) {
            packet.release();
        }
    }
}

package demitasse.net.stack;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.NetDevice;
import demitasse.device.net.PacketPool;
import demitasse.net.ip.RoomQueue;
import demitasse.net.link.EthernetLink;
import demitasse.net.link.LinkAddresses;
import demitasse.net.wire.Ip;

/** A device with a name, an index and addresses, netdevice(7). */
public final class NetInterface implements LinkAddresses {
    public static final int ADDRESSES_MAX = 16;
    private static final int IFF_UP = 1;
    private static final int IFF_BROADCAST = 2;
    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_RUNNING = 0x40;
    private static final int IFF_MULTICAST = 0x1000;

    public final String name;
    public final int index;
    public final NetDevice device;
    public final boolean isLoopback;
    /** Null for lo. */
    final EthernetLink link;
    /** Who found the device full. */
    final RoomQueue roomQueue = new RoomQueue();
    private final long[] highs = new long[ADDRESSES_MAX];
    private final long[] lows = new long[ADDRESSES_MAX];
    private final int[] prefixBits = new int[ADDRESSES_MAX];
    private int addresses;
    private final int mtuBytes;
    public long receivedPackets;
    public long receivedBytes;
    public long sentPackets;
    public long sentBytes;
    public long receivedDrops;
    public long sentDrops;

    NetInterface(String name, int index, NetDevice device, boolean isLoopback, PacketPool packets) {
        this.name = name;
        this.index = index;
        this.device = device;
        this.isLoopback = isLoopback;
        this.link = isLoopback ? null : new EthernetLink(device, packets, this);
        this.mtuBytes = device.mtuBytes();
    }

    /** Rings the doorbell, then lets those go on who have waited for room; true when there were such. */
    @HotPath("per packet")
    boolean flush() {
        device.flush();
        if (roomQueue.isEmpty() || !device.hasRoom()) {
            return false;
        }
        // Who still does not get all away queues behind the others, and the device is full again.
        while (device.hasRoom() && !roomQueue.isEmpty()) {
            roomQueue.take().roomAgain();
        }
        device.flush();
        return true;
    }

    public int mtuBytes() {
        return mtuBytes;
    }

    public int addresses() {
        return addresses;
    }

    public long high(int i) {
        return highs[i];
    }

    public long low(int i) {
        return lows[i];
    }

    /** Of an IPv4 address 96 more than usual, for it is mapped. */
    public int prefixBits(int i) {
        return prefixBits[i];
    }

    /** The index of its first IPv4 address; -1 without one. */
    public int firstIpv4() {
        for (int i = 0; i < addresses; i++) {
            if (Ip.isMapped(highs[i], lows[i])) {
                return i;
            }
        }
        return -1;
    }

    /** Bits of netdevice(7). */
    public int flags() {
        int running = device.isUp() ? IFF_RUNNING : 0;
        return IFF_UP | running | (isLoopback ? IFF_LOOPBACK : IFF_BROADCAST | IFF_MULTICAST);
    }

    /** False when there are too many. */
    boolean addAddress(long high, long low, int bits) {
        if (addresses == ADDRESSES_MAX) {
            return false;
        }
        highs[addresses] = high;
        lows[addresses] = low;
        prefixBits[addresses] = bits;
        addresses++;
        return true;
    }

    void removeIpv4() {
        int kept = 0;
        for (int i = 0; i < addresses; i++) {
            if (!Ip.isMapped(highs[i], lows[i])) {
                highs[kept] = highs[i];
                lows[kept] = lows[i];
                prefixBits[kept++] = prefixBits[i];
            }
        }
        addresses = kept;
    }

    boolean has(long high, long low) {
        for (int i = 0; i < addresses; i++) {
            if (lows[i] == low && highs[i] == high) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean hasIpv4(int address) {
        return has(0, Ip.mapped(address));
    }

    @Override
    public int ipv4For(int target) {
        int source = sourceFor(0, Ip.mapped(target));
        return source < 0 ? 0 : (int) lows[source];
    }

    /** The index of the best address to talk to a target from; -1 without one of its family. */
    int sourceFor(long high, long low) {
        int best = -1;
        for (int i = 0; i < addresses; i++) {
            if (Ip.isMapped(highs[i], lows[i]) == Ip.isMapped(high, low)) {
                if (Ip.hasPrefix(high, low, highs[i], lows[i], prefixBits[i])) {
                    return i;
                }
                boolean better = best < 0 || Ip.isLinkLocal(highs[best], lows[best]);
                best = better ? i : best;
            }
        }
        return best;
    }
}

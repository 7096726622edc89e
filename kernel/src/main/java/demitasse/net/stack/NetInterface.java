package demitasse.net.stack;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketTap;
import demitasse.device.net.TappedDevice;
import demitasse.net.ip.RoomQueue;
import demitasse.net.link.EthernetLink;
import demitasse.net.link.LinkAddresses;
import demitasse.net.link.Neighbours;
import demitasse.net.wire.EthernetHeader;
import demitasse.net.wire.Ip;

/** A device with a name, an index and addresses, netdevice(7). */
public final class NetInterface implements LinkAddresses {
    public static final int ADDRESSES_MAX = 16;
    /** RFC 791 §3.2. */
    public static final int MTU_MIN_BYTES = 68;
    private static final int IFF_UP = 1;
    private static final int IFF_BROADCAST = 2;
    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_RUNNING = 0x40;
    private static final int IFF_MULTICAST = 0x1000;
    private static final int DEPRECATED = 0x20;
    private static final int TENTATIVE = 0x40;
    private static final int PERMANENT = 0x80;

    public final String name;
    public final int index;
    /** The device, or what stands in its place while somebody looks on. */
    public NetDevice device;
    private final NetDevice bareDevice;
    public final boolean isLoopback;
    /** Null for lo. */
    final EthernetLink link;
    /** Who found the device full. */
    final RoomQueue roomQueue = new RoomQueue();
    private final long[] highs = new long[ADDRESSES_MAX];
    private final long[] lows = new long[ADDRESSES_MAX];
    private final int[] prefixBits = new int[ADDRESSES_MAX];
    /** Until when others may object to an address; 0 for one that is ours. */
    private final long[] tentativeNs = new long[ADDRESSES_MAX];
    private final long[] preferredNs = new long[ADDRESSES_MAX];
    private final long[] validNs = new long[ADDRESSES_MAX];
    private final boolean[] deprecated = new boolean[ADDRESSES_MAX];
    private final boolean[] made = new boolean[ADDRESSES_MAX];
    private int addresses;
    public final Groups groups;
    /** Null for lo. */
    final Ndp ndp;
    final Slaac slaac;
    private final NetStack stack;
    /** Whether IPv6 addresses are tried before they are used, RFC 4862 §5.1 DupAddrDetectTransmits. */
    boolean probesDuplicates;
    /** What routers let us send over IPv6. */
    int mtu6Bytes;
    private int mtuBytes;
    private boolean up = true;
    public long receivedPackets;
    public long receivedBytes;
    public long sentPackets;
    public long sentBytes;
    public long receivedDrops;
    public long sentDrops;

    NetInterface(String name, int index, NetDevice device, boolean isLoopback, NetStack stack) {
        this.name = name;
        this.index = index;
        this.device = device;
        this.bareDevice = device;
        this.isLoopback = isLoopback;
        this.stack = stack;
        this.mtuBytes = device.mtuBytes();
        this.mtu6Bytes = mtuBytes;
        this.link = isLoopback ? null : new EthernetLink(device, stack.packets(), this, stack.timers);
        this.groups = new Groups(this, stack);
        this.ndp = isLoopback ? null : new Ndp(this, stack);
        this.slaac = isLoopback ? null : new Slaac(this, stack);
    }

    /** Rings the doorbell, then lets those go on who have waited for room; true when there were such. */
    @HotPath("per packet")
    boolean flush() {
        device.flush();
        if (roomQueue.isEmpty() || !takes()) {
            return false;
        }
        stack.tick();
        // Who still does not get all away queues behind the others, and the device is full again.
        while (takes() && !roomQueue.isEmpty()) {
            roomQueue.take().roomAgain();
        }
        device.flush();
        return true;
    }

    /** Whether a packet would go on now, or be lost at once: nobody is to wait for a device that is not up. */
    @HotPath("per packet")
    boolean takes() {
        return device.hasRoom() || !device.isUp();
    }

    boolean setMtu(int bytes) {
        if (bytes < MTU_MIN_BYTES || bytes > device.mtuBytes()) {
            return false;
        }
        mtuBytes = bytes;
        mtu6Bytes = bytes;
        return true;
    }

    /** Whether it is to be used: IFF_UP, as {@code ip link set} changes it. */
    public boolean isUp() {
        return up;
    }

    void setUp(boolean nowUp) {
        up = nowUp;
    }

    /** Null for lo. */
    public Neighbours neighbours() {
        return link == null ? null : link.neighbours;
    }

    /** A neighbour's address by hand, -1 for the known one; false when there are too many such. */
    public boolean setNeighbour(long high, long low, long mac, int state) {
        boolean done = link.set(high, low, mac, state, stack.nowNs());
        device.flush();
        return done;
    }

    public void forgetNeighbour(int index) {
        link.forget(index);
    }

    /** Has a tap see what passes; null for none any more. */
    void setTap(PacketTap tap) {
        device = tap == null ? bareDevice : new TappedDevice(bareDevice, index, tap);
        if (link != null) {
            link.setDevice(device);
        }
    }

    /** Sends a frame that a program has written. It is gone; false when the device has no room. */
    public boolean transmitFrame(Packet frame) {
        int bytes = frame.length();
        if (isLoopback) {
            frame.pull(EthernetHeader.BYTES);
        }
        if (!device.transmit(frame)) {
            sentDrops++;
            frame.release();
            return false;
        }
        sentPackets++;
        sentBytes += bytes;
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
        int running = up && device.isUp() ? IFF_RUNNING : 0;
        return (up ? IFF_UP : 0) | running | (isLoopback ? IFF_LOOPBACK : IFF_BROADCAST | IFF_MULTICAST);
    }

    /** Not yet ours: another may have it. */
    public boolean isTentative(int i) {
        return tentativeNs[i] != 0;
    }

    public boolean isDeprecated(int i) {
        return deprecated[i];
    }

    /** IFA_F_PERMANENT, _TENTATIVE and _DEPRECATED of linux/if_addr.h. */
    public int addressFlags(int i) {
        return (validNs[i] == Long.MAX_VALUE ? PERMANENT : 0) | (isTentative(i) ? TENTATIVE : 0)
                | (isDeprecated(i) ? DEPRECATED : 0);
    }

    /** Made from a router's prefix, not given. */
    public boolean isMade(int i) {
        return made[i];
    }

    public long validUntilNs(int i) {
        return validNs[i];
    }

    public long preferredUntilNs(int i) {
        return preferredNs[i];
    }

    /** False when there are too many, or it is there. */
    boolean addAddress(long high, long low, int bits) {
        int found = Ip.isMapped(high, low) ? find(high, low, bits) : find(high, low);
        if (addresses == ADDRESSES_MAX || found >= 0) {
            return false;
        }
        highs[addresses] = high;
        lows[addresses] = low;
        prefixBits[addresses] = bits;
        tentativeNs[addresses] = 0;
        setLifetimes(addresses++, Long.MAX_VALUE, Long.MAX_VALUE, false);
        return true;
    }

    void removeIpv4() {
        for (int i = addresses - 1; i >= 0; i--) {
            if (Ip.isMapped(highs[i], lows[i])) {
                removeAddress(i);
            }
        }
    }

    /** An address by DHCPv6, or more time for it; until when it is ours, and until when it is preferred. */
    public void lease(long high, long low, long validUntilNs, long preferredUntilNs) {
        slaac.lease(high, low, validUntilNs, preferredUntilNs);
    }

    public void tellRouterNews(RouterNews listener) {
        slaac.news = listener;
    }

    void setLifetimes(int i, long newValidNs, long newPreferredNs, boolean isMade) {
        validNs[i] = newValidNs;
        preferredNs[i] = newPreferredNs;
        deprecated[i] = false;
        made[i] = isMade;
    }

    void setTentative(int i, long untilNs) {
        tentativeNs[i] = untilNs;
    }

    /** An address is there. */
    void begin(int i) {
        if (slaac != null && !Ip.isMapped(highs[i], lows[i])) {
            slaac.begin(i);
        }
    }

    void removeAddress(int i) {
        if (slaac != null && !Ip.isMapped(highs[i], lows[i])) {
            groups.leave(Ndp.groupHigh(), Ndp.groupLow(lows[i]));
        }
        addresses--;
        int behind = addresses - i;
        System.arraycopy(highs, i + 1, highs, i, behind);
        System.arraycopy(lows, i + 1, lows, i, behind);
        System.arraycopy(prefixBits, i + 1, prefixBits, i, behind);
        System.arraycopy(tentativeNs, i + 1, tentativeNs, i, behind);
        System.arraycopy(preferredNs, i + 1, preferredNs, i, behind);
        System.arraycopy(validNs, i + 1, validNs, i, behind);
        System.arraycopy(deprecated, i + 1, deprecated, i, behind);
        System.arraycopy(made, i + 1, made, i, behind);
    }

    /** When an address next becomes ours, less good or invalid. */
    long nextChangeNs() {
        long nextNs = Long.MAX_VALUE;
        for (int i = 0; i < addresses; i++) {
            nextNs = Math.min(nextNs, validNs[i]);
            nextNs = deprecated[i] ? nextNs : Math.min(nextNs, preferredNs[i]);
            nextNs = tentativeNs[i] == 0 ? nextNs : Math.min(nextNs, tentativeNs[i]);
        }
        return nextNs;
    }

    /** True when time has changed what an address is. */
    boolean update(int i, long nowNs) {
        boolean ours = tentativeNs[i] != 0 && tentativeNs[i] <= nowNs;
        boolean worse = !deprecated[i] && preferredNs[i] <= nowNs;
        tentativeNs[i] = ours ? 0 : tentativeNs[i];
        deprecated[i] |= worse;
        return ours || worse;
    }

    /** The index of an address, tentative or not; -1 without it. */
    public int find(long high, long low) {
        for (int i = 0; i < addresses; i++) {
            if (lows[i] == low && highs[i] == high) {
                return i;
            }
        }
        return -1;
    }

    /** As {@link #find(long, long)}, with a prefix of just so many bits. */
    public int find(long high, long low, int bits) {
        for (int i = 0; i < addresses; i++) {
            if (lows[i] == low && highs[i] == high && prefixBits[i] == bits) {
                return i;
            }
        }
        return -1;
    }

    public boolean has(long high, long low) {
        int index = find(high, low);
        return index >= 0 && tentativeNs[index] == 0;
    }

    /** The index of its IPv6 address for this link alone; -1 without one that is ours. */
    int linkLocal() {
        for (int i = 0; i < addresses; i++) {
            if (highs[i] >>> 54 == 0xfe80 >>> 6 && tentativeNs[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** RFC 919 §7, for networks of more than two hosts. */
    boolean isNetworkBroadcast(long high, long low) {
        if (isLoopback || !Ip.isMapped(high, low)) {
            return false;
        }
        for (int i = 0; i < addresses; i++) {
            long hosts = prefixBits[i] <= 96 || prefixBits[i] > 126 ? 0 : (1L << 128 - prefixBits[i]) - 1;
            if (hosts != 0 && highs[i] == 0 && (lows[i] | hosts) == low) {
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

    @Override
    public void solicit(long high, long low, boolean isProbe) {
        ndp.solicit(high, low, isProbe);
    }

    @Override
    public void unreachable(Packet packet) {
        stack.icmp.undeliverable(packet.address(), packet.length());
    }

    @Override
    public void lost(long high, long low) {
        stack.routes.demote(this, high, low);
    }

    /** The index of the best address to talk to a target from; -1 without one of its family. */
    int sourceFor(long high, long low) {
        int best = -1;
        int bestRank = -1;
        for (int i = 0; i < addresses; i++) {
            if (Ip.isMapped(highs[i], lows[i]) == Ip.isMapped(high, low) && tentativeNs[i] == 0) {
                int rank = SourceChoice.rank(highs[i], lows[i], prefixBits[i], deprecated[i], high, low);
                best = rank > bestRank ? i : best;
                bestRank = Math.max(rank, bestRank);
            }
        }
        return best;
    }
}

package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.machine.Platform;
import demitasse.net.dhcp.Dhcp6Client;
import demitasse.net.dhcp.DhcpClient;
import demitasse.net.ip.RandomBits;
import demitasse.net.stack.NameServers;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.posix.signal.SignalNumber;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Name;

/**
 * The network of an instance from its command line: {@code ip=A.B.C.D/BITS} and {@code gateway=A.B.C.D}, or
 * {@code ip=dhcp}, for the device that the platform has; {@code address6} and {@code gateway6} likewise, which are used
 * at once, without asking first whether another has them; and with {@code ip6=auto} what routers tell, or with
 * {@code ip6=alone} the same where nobody else is on the link, so that no address is tried first.
 */
final class Network {
    private static final String NAME_SERVER = "nameserver ";
    private static final int MAPPED_BITS = 96;
    private static final int PACKETS_PER_TURN = 128;
    private static final long QUIET_NS = 2_000_000_000L;
    /** For a server's answer; a bridge may pass nothing on for its first seconds. */
    private static final long LEASE_LIMIT_NS = 40_000_000_000L;

    /** As a shell says of what a signal has ended. */
    private static final int SIGNALLED = 128;

    private final CommandLine line;
    private final Platform platform;
    private final Timers timers;
    /** Null unless its address is leased. */
    private DhcpClient dhcp;
    private final Name text = new Name();
    private final Name address = new Name();

    Network(CommandLine line, Platform platform, Timers timers) {
        this.line = line;
        this.platform = platform;
        this.timers = timers;
    }

    /** 0, or the status to end with after having complained. */
    int start(NetStack net, NetDeviceSource source, RandomBits random, Complaint complaint) {
        NetDevice device = source == null ? null : source.open(net.packets());
        if (device == null) {
            return 0;
        }
        NetInterface eth0 = net.addInterface("eth0", device, false);
        if (!addAddress(net, eth0, "address6", complaint) || !addGateway(net, eth0, "gateway6", complaint)) {
            return Boot.STATUS_NOT_STARTED;
        }
        if (line.find("ip6", text)) {
            if (!line.find("address6", address)) {
                // Who has an address by hand leases none.
                new Dhcp6Client(net, eth0, timers, platform.clock(), random).start();
            }
            net.startIpv6(eth0, !text.is("alone"));
        }
        if (line.find("ip", text) && text.is("dhcp")) {
            dhcp = new DhcpClient(net, eth0, timers, platform.clock(), random);
            return lease(net, complaint);
        }
        return addAddress(net, eth0, "ip", complaint) && addGateway(net, eth0, "gateway", complaint) ? 0
                : Boot.STATUS_NOT_STARTED;
    }

    /** False after having complained. */
    private boolean addAddress(NetStack net, NetInterface to, String key, Complaint complaint) {
        if (!line.find(key, text)) {
            return true;
        }
        boolean ipv6 = key.equals("address6");
        AddressText address = new AddressText(text);
        int bits = (ipv6 ? address.ipv6() : address.ipv4()) && address.take('/') ? address.number(ipv6 ? 128 : 32) : -1;
        if (bits < 0 || !address.atEnd()) {
            complaint.say(text, ipv6 ? "is not an address of IPv6 with /BITS"
                    : "is not an address of the form A.B.C.D/BITS");
            return false;
        }
        return net.routes.addAddress(to, address.high, address.low, ipv6 ? bits : MAPPED_BITS + bits);
    }

    private boolean addGateway(NetStack net, NetInterface to, String key, Complaint complaint) {
        if (!line.find(key, text)) {
            return true;
        }
        boolean ipv6 = key.equals("gateway6");
        AddressText gateway = new AddressText(text);
        if (!(ipv6 ? gateway.ipv6() : gateway.ipv4()) || !gateway.atEnd()) {
            complaint.say(text, ipv6 ? "is not an address of IPv6" : "is not an address of the form A.B.C.D");
            return false;
        }
        return net.routes.addRoute(0, ipv6 ? 0 : Ip.mapped(0), ipv6 ? 0 : MAPPED_BITS, gateway.high, gateway.low, to);
    }

    /** Waits for an address. */
    private int lease(NetStack net, Complaint complaint) {
        long limitNs = platform.clock().monotonicNs() + LEASE_LIMIT_NS;
        dhcp.start();
        while (!dhcp.isBound()) {
            long nowNs = platform.clock().monotonicNs();
            if (nowNs >= limitNs) {
                complaint.say(null, "no DHCP server has given an address; say one, as with --ip 192.168.1.5/24");
                return Boot.STATUS_NOT_STARTED;
            }
            if (timers.expire(nowNs, PACKETS_PER_TURN) + net.poll(PACKETS_PER_TURN) == 0) {
                platform.idleUntil(Math.min(timers.nextDeadlineNs(), limitNs));
                int signal = (platform.takeInterrupts() & Platform.SIGNAL) == 0 ? 0 : platform.takeHostSignal();
                if (signal != 0 && signal != SignalNumber.SIGWINCH) {
                    return SIGNALLED + signal;
                }
            }
        }
        return 0;
    }

    /** The address of IPv4 or IPv6 without the bits of its network; false for none. */
    boolean address(Text out, boolean ipv6) {
        if (dhcp != null && !ipv6) {
            AddressText.write(out, 0, Ip.mapped(dhcp.address()));
            return true;
        }
        if (!line.find(ipv6 ? "address6" : "ip", text)) {
            return false;
        }
        for (int i = 0; i < text.length() && text.at(i) != '/'; i++) {
            out.character(text.at(i));
        }
        return true;
    }

    /** The lines of resolv.conf(5): servers of the command line, else those of a lease and then of routers. */
    void nameServers(Text out, NameServers ofRouters) {
        if (line.find("dns", text)) {
            int start = 0;
            for (int i = 0; i <= text.length(); i++) {
                if (i == text.length() || text.at(i) == ',') {
                    out.add(NAME_SERVER).bytes(text.address() + start, i - start).newline();
                    start = i + 1;
                }
            }
            return;
        }
        for (int i = 0; dhcp != null && i < dhcp.nameServers(); i++) {
            AddressText.write(out.add(NAME_SERVER), 0, Ip.mapped(dhcp.nameServer(i))).newline();
        }
        for (int i = 0; i < ofRouters.count(); i++) {
            boolean onLink = Ip.isLinkLocal(ofRouters.high(i), ofRouters.low(i));
            AddressText.write(out.add(NAME_SERVER), ofRouters.high(i), ofRouters.low(i));
            out.add(onLink ? "%eth0" : "").newline();
        }
    }

    /**
     * Sends what the program wrote last, as the kernel of a program that has ended does; but an instance does not wait
     * for a peer that takes nothing.
     */
    static void drain(NetStack net, Platform platform, Timers timers) {
        long leftBytes = Long.MAX_VALUE;
        long limitNs = 0;
        while (true) {
            long nowNs = platform.clock().monotonicNs();
            timers.expire(nowNs, PACKETS_PER_TURN);
            int worked = net.poll(PACKETS_PER_TURN);
            long unfinishedBytes = net.tcp.unfinishedBytes();
            if (unfinishedBytes < leftBytes) {
                leftBytes = unfinishedBytes;
                limitNs = nowNs + QUIET_NS;
            }
            if (unfinishedBytes == 0 || nowNs >= limitNs) {
                return;
            }
            if (worked == 0) {
                platform.idleUntil(Math.min(timers.nextDeadlineNs(), limitNs));
                platform.takeInterrupts();
            }
        }
    }
}

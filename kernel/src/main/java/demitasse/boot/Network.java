package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.machine.Platform;
import demitasse.net.dhcp.DhcpClient;
import demitasse.net.ip.RandomBits;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.posix.signal.SignalNumber;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Name;

/**
 * The network of an instance from its command line: {@code ip=A.B.C.D/BITS} and {@code gateway=A.B.C.D}, or
 * {@code ip=dhcp}, for the device that the platform has; and with {@code ip6=auto} what routers tell, or with
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
    private int at;

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
        if (line.find("ip6", text)) {
            net.startIpv6(eth0, !text.is("alone"));
        }
        boolean addressed = line.find("ip", text);
        if (addressed && text.is("dhcp")) {
            dhcp = new DhcpClient(net, eth0, timers, platform.clock(), random);
            return lease(net, complaint);
        }
        if (addressed) {
            at = 0;
            long address = address();
            int bits = address >= 0 && take('/') ? (int) number(32) : -1;
            if (address < 0 || bits < 0 || at != text.length()) {
                complaint.say(text, "is not an address of the form A.B.C.D/BITS");
                return Boot.STATUS_NOT_STARTED;
            }
            net.routes.addAddress(eth0, 0, Ip.mapped((int) address), MAPPED_BITS + bits);
        }
        if (line.find("gateway", text)) {
            at = 0;
            long gateway = address();
            if (gateway < 0 || at != text.length()) {
                complaint.say(text, "is not an address of the form A.B.C.D");
                return Boot.STATUS_NOT_STARTED;
            }
            net.routes.addRoute(0, Ip.mapped(0), MAPPED_BITS, 0, Ip.mapped((int) gateway), eth0);
        }
        return 0;
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

    /** The address without the bits of its network; false for none. */
    boolean address(Text out) {
        if (dhcp != null) {
            dotted(out, dhcp.address());
            return true;
        }
        if (!line.find("ip", text)) {
            return false;
        }
        for (int i = 0; i < text.length() && text.at(i) != '/'; i++) {
            out.character(text.at(i));
        }
        return true;
    }

    /** The lines of resolv.conf(5): servers of the command line, else those that came with the address. */
    void nameServers(Text out) {
        if (line.find("dns", text)) {
            int start = 0;
            for (int i = 0; i <= text.length(); i++) {
                if (i == text.length() || text.at(i) == ',') {
                    out.add(NAME_SERVER).bytes(text.address() + start, i - start).newline();
                    start = i + 1;
                }
            }
        } else if (dhcp != null) {
            for (int i = 0; i < dhcp.nameServers(); i++) {
                dotted(out.add(NAME_SERVER), dhcp.nameServer(i)).newline();
            }
        }
    }

    private static Text dotted(Text out, int address) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.number(address >>> shift & 0xff);
            if (shift > 0) {
                out.character('.');
            }
        }
        return out;
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

    /** Four numbers with dots between; -1 for anything else. */
    private long address() {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            long part = i > 0 && !take('.') ? -1 : number(255);
            if (part < 0) {
                return -1;
            }
            value = value << 8 | part;
        }
        return value;
    }

    private boolean take(int character) {
        if (at < text.length() && text.at(at) == character) {
            at++;
            return true;
        }
        return false;
    }

    private long number(int max) {
        int start = at;
        long value = 0;
        while (at < text.length() && at - start < 3 && text.at(at) >= '0' && text.at(at) <= '9') {
            value = value * 10 + text.at(at) - '0';
            at++;
        }
        return at == start || value > max ? -1 : value;
    }
}

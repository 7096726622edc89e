package demitasse.boot;

import demitasse.device.net.NetDevice;
import demitasse.device.net.NetDeviceSource;
import demitasse.machine.Platform;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Name;

/**
 * The network of an instance from its command line: {@code ip=A.B.C.D/BITS} and {@code gateway=A.B.C.D} for the device
 * that the platform has.
 */
final class Network {
    private static final int MAPPED_BITS = 96;
    private static final int PACKETS_PER_TURN = 128;
    private static final long QUIET_NS = 2_000_000_000L;
    private final CommandLine line;
    private final Name text = new Name();
    private int at;

    Network(CommandLine line) {
        this.line = line;
    }

    /** 0, or the status to end with after having complained. */
    int start(NetStack net, NetDeviceSource source, Complaint complaint) {
        NetDevice device = source == null ? null : source.open(net.packets());
        if (device == null) {
            return 0;
        }
        NetInterface eth0 = net.addInterface("eth0", device, false);
        if (line.find("ip", text)) {
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

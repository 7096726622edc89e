package demitasse.syscall.net;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Memory;
import demitasse.net.ip.SocketAddress;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.posix.socket.Arrival;
import demitasse.posix.socket.Departure;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.task.Call;

/** Control messages of the network, cmsg(3): ip(7), ipv6(7), packet(7), netlink(7). */
final class NetControl {
    private static final int SOL_IP = 0;
    private static final int SOL_UDP = 17;
    private static final int SOL_IPV6 = 41;
    private static final int SOL_PACKET = 263;
    private static final int SO_TIMESTAMP = 29;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int SO_RXQ_OVFL = 40;
    private static final int SCM_TXTIME = 61;
    private static final int IPV6_DONTFRAG = 62;
    private static final int IP_TOS = 1;
    private static final int IP_TTL = 2;
    private static final int IP_PKTINFO = 8;
    private static final int IP_RECVERR = 11;
    private static final int IPV6_RECVERR = 25;
    private static final int IPV6_PKTINFO = 50;
    private static final int IPV6_HOPLIMIT = 52;
    private static final int IPV6_TCLASS = 67;
    private static final int IP_ORIGDSTADDR = 20;
    private static final int IPV6_ORIGDSTADDR = 74;
    private static final int SOL_TCP = 6;
    private static final int PACKET_AUXDATA = 8;
    private static final long NS_PER_S = 1_000_000_000L;

    private NetControl() {
    }

    /** Reads what a program asks for one message: 0, -EINVAL, -EFAULT. */
    static int load(Call call, long address, long lengthBytes, Departure out) {
        if (lengthBytes < 0 || lengthBytes > ControlMessages.CONTROL_BYTES_MAX) {
            return -EINVAL;
        }
        long copy = call.scratch(ControlMessages.CONTROL_BYTES_MAX);
        int length = (int) lengthBytes;
        if (call.copyIn(address, copy, length) < 0) {
            return -EFAULT;
        }
        int offset = 0;
        while (offset + ControlMessages.HEADER_BYTES <= length) {
            long bytes = Memory.getLong(copy + offset);
            if (bytes < ControlMessages.HEADER_BYTES || bytes > length - offset) {
                return -EINVAL;
            }
            int error = loadOne(Memory.getInt(copy + offset + ControlMessages.LEVEL),
                    Memory.getInt(copy + offset + ControlMessages.TYPE), copy + offset + ControlMessages.HEADER_BYTES,
                    (int) bytes - ControlMessages.HEADER_BYTES, out);
            if (error < 0) {
                return error;
            }
            offset += (int) bytes + 7 & -8;
        }
        return 0;
    }

    private static int loadOne(int level, int type, long data, int bytes, Departure out) {
        boolean ipv6 = level == SOL_IPV6;
        if (level == SOL_UDP && type == UdpOptions.UDP_SEGMENT) {
            out.segmentBytes = bytes == 2 ? Memory.getUnsignedShort(data) : 0;
            return bytes == 2 ? 0 : -EINVAL;
        }
        if (level != SOL_IP && !ipv6) {
            return level == ControlMessages.SOL_SOCKET ? checkSocket(type, bytes, out) : 0;
        }
        if (ipv6 ? type == IPV6_PKTINFO : type == IP_PKTINFO) {
            if (bytes < (ipv6 ? 20 : 12)) {
                return -EINVAL;
            }
            out.interfaceIndex = Memory.getInt(ipv6 ? data + 16 : data);
            int source = Memory.getIntBe(data + 4);
            out.sourceHigh = ipv6 ? Ip.high(data) : 0;
            out.sourceLow = ipv6 ? Ip.low(data) : source == 0 ? 0 : Ip.mapped(source);
            return 0;
        }
        boolean isByte = !ipv6 && type == IP_TOS && bytes == 1;
        if (bytes != Integer.BYTES && !isByte) {
            return -EINVAL;
        }
        int value = isByte ? Memory.getUnsignedByte(data) : Memory.getInt(data);
        if (ipv6 ? type == IPV6_HOPLIMIT : type == IP_TTL) {
            out.timeToLive = value;
            return value < (ipv6 ? -1 : 1) || value > 255 ? -EINVAL : 0;
        }
        if (ipv6 && type == IPV6_DONTFRAG) {
            out.keepsWhole = value == 1;
            return value < 0 || value > 1 ? -EINVAL : 0;
        }
        if (ipv6 ? type == IPV6_TCLASS : type == IP_TOS) {
            out.service = value;
            return value < (ipv6 ? -1 : 0) || value > 255 ? -EINVAL : 0;
        }
        return -EINVAL;
    }

    /** What Linux takes of socket(7) for one message; SCM_RIGHTS and SCM_CREDENTIALS are for others. */
    private static int checkSocket(int type, int bytes, Departure out) {
        return switch (type) {
            case 1, ControlMessages.SCM_CREDENTIALS -> 0;
            case SocketOptions.SO_MARK -> bytes == 4 && out.isPrivileged ? 0 : bytes == 4 ? -EPERM : -EINVAL;
            case SocketOptions.SO_TIMESTAMPING -> bytes == 4 ? 0 : -EINVAL;
            case SCM_TXTIME -> bytes == 8 && out.mayHaveTime ? 0 : -EINVAL;
            default -> -EINVAL;
        };
    }

    /** Hands a program what it wants to know of a message; results as {@link ControlMessages#store}. */
    static long store(Call call, NetSocket socket, Arrival from, long address, long roomBytes) {
        int times = NetSocket.WANTS_TIME_US | NetSocket.WANTS_TIME_NS | NetSocket.WANTS_STAMPS;
        int wanted = from.hasDetails ? socket.wanted : 0;
        // Bytes of a stream came by segments: all that is told of them is when the last did.
        wanted = socket instanceof TcpSocket ? wanted & times : wanted;
        boolean tells = from.errno != 0 || from.isNotice;
        if (wanted == 0 && !tells && from.segmentBytes == 0 && from.queuedBytes < 0) {
            return 0;
        }
        ControlList out = new ControlList(call.scratch(ControlMessages.CONTROL_BYTES_MAX), roomBytes);
        if (tells) {
            error(out, from, socket.family());
        }
        if (from.segmentBytes != 0) {
            Memory.putInt(out.begin(SOL_UDP, UdpOptions.UDP_GRO, 4), from.segmentBytes);
        }
        if ((wanted & (NetSocket.WANTS_TIME_US | NetSocket.WANTS_TIME_NS)) != 0) {
            time(out, socket.files(), from.arrivedNs, (wanted & NetSocket.WANTS_TIME_NS) != 0);
        }
        if ((wanted & NetSocket.WANTS_STAMPS) != 0) {
            // struct scm_timestamping: by software, two that devices would give.
            putTime(out.begin(ControlMessages.SOL_SOCKET, SocketOptions.SO_TIMESTAMPING, 48), socket.files(),
                    from.arrivedNs, true);
        }
        if (from.queuedBytes >= 0) {
            Memory.putInt(out.begin(SOL_TCP, TcpOptions.TCP_INQ, 4), from.queuedBytes);
        }
        if ((wanted & NetSocket.WANTS_CREDENTIALS) != 0) {
            // Only the kernel writes to sockets that can want them: netlink(7).
            out.begin(ControlMessages.SOL_SOCKET, ControlMessages.SCM_CREDENTIALS, 12);
        }
        if ((wanted & NetSocket.WANTS_DROPS) != 0) {
            Memory.putInt(out.begin(ControlMessages.SOL_SOCKET, SO_RXQ_OVFL, 4), (int) socket.mailbox().drops());
        }
        if ((wanted & NetSocket.WANTS_AUXILIARY) != 0) {
            long data = out.begin(SOL_PACKET, PACKET_AUXDATA, 20);
            Memory.putInt(data, from.status);
            Memory.putInt(data + 4, from.fullBytes);
            Memory.putInt(data + 8, from.keptBytes);
            Memory.putShort(data + 14, (short) from.headerBytes);
        } else {
            internet(out, from, wanted);
            original(out, socket, from, wanted);
        }
        int used = out.usedBytes();
        if (used > 0 && call.process().memory().copyOut(out.base, address, used) < 0) {
            return -EFAULT;
        }
        return out.isCut() ? used | ControlMessages.CUT : used;
    }

    /** Of a message over IPv4 to an IPv6 socket both kinds may be asked for, as on Linux. */
    private static void internet(ControlList out, Arrival from, int wanted) {
        boolean ipv4 = Ip.isMapped(from.targetHigh, from.targetLow);
        if ((wanted & NetSocket.WANTS_INFO) != 0 && ipv4) {
            long data = out.begin(SOL_IP, IP_PKTINFO, 12);
            Memory.putInt(data, from.interfaceIndex);
            Memory.putIntBe(data + 4, (int) from.targetLow);
            Memory.putIntBe(data + 8, (int) from.targetLow);
        }
        if ((wanted & NetSocket.WANTS_TTL) != 0 && ipv4) {
            Memory.putInt(out.begin(SOL_IP, IP_TTL, 4), from.timeToLive);
        }
        if ((wanted & NetSocket.WANTS_SERVICE) != 0 && ipv4) {
            Memory.putByte(out.begin(SOL_IP, IP_TOS, 1), (byte) from.service);
        }
        if ((wanted & NetSocket.WANTS_INFO6) != 0) {
            long data = out.begin(SOL_IPV6, IPV6_PKTINFO, 20);
            Ip.put(data, from.targetHigh, from.targetLow);
            Memory.putInt(data + 16, from.interfaceIndex);
        }
        if ((wanted & NetSocket.WANTS_TTL6) != 0 && !ipv4) {
            Memory.putInt(out.begin(SOL_IPV6, IPV6_HOPLIMIT, 4), from.timeToLive);
        }
        if ((wanted & NetSocket.WANTS_SERVICE6) != 0 && !ipv4) {
            Memory.putInt(out.begin(SOL_IPV6, IPV6_TCLASS, 4), from.service);
        }
    }

    /** Where a datagram was sent to, as an address with the port: nothing here rewrites it on the way. */
    private static void original(ControlList out, NetSocket socket, Arrival from, int wanted) {
        boolean ipv4 = Ip.isMapped(from.targetHigh, from.targetLow);
        if ((wanted & (NetSocket.WANTS_ORIGINAL | NetSocket.WANTS_ORIGINAL6)) == 0) {
            return;
        }
        SocketAddress target = new SocketAddress();
        socket.name(target);
        target.set(from.targetHigh, from.targetLow, target.port);
        if ((wanted & NetSocket.WANTS_ORIGINAL) != 0 && ipv4) {
            NetAddresses.write(target, NetSocket.AF_INET, out.begin(SOL_IP, IP_ORIGDSTADDR, 16));
        }
        if ((wanted & NetSocket.WANTS_ORIGINAL6) != 0) {
            NetAddresses.write(target, NetSocket.AF_INET6, out.begin(SOL_IPV6, IPV6_ORIGDSTADDR, 28));
        }
    }

    private static void time(ControlList out, Files files, long arrivedNs, boolean inNs) {
        putTime(out.begin(ControlMessages.SOL_SOCKET, inNs ? SO_TIMESTAMPNS : SO_TIMESTAMP, 16), files, arrivedNs,
                inNs);
    }

    private static void putTime(long data, Files files, long arrivedNs, boolean inNs) {
        long ns = files.clock().realtimeNs() - (files.clock().monotonicNs() - arrivedNs);
        Memory.putLong(data, ns / NS_PER_S);
        Memory.putLong(data + 8, inNs ? ns % NS_PER_S : ns % NS_PER_S / 1000);
    }

    /** struct sock_extended_err: 0 errno, 4 origin, 5 type, 6 code, 8 information, 12 data; then who says so. */
    private static void error(ControlList out, Arrival from, int family) {
        boolean ipv6 = family == NetSocket.AF_INET6;
        long data = out.begin(ipv6 ? SOL_IPV6 : SOL_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR, 16 + (ipv6 ? 28 : 16));
        Memory.putInt(data, from.errno);
        Memory.putByte(data + 4, (byte) from.origin);
        Memory.putByte(data + 5, (byte) from.service);
        Memory.putByte(data + 6, (byte) from.timeToLive);
        Memory.putInt(data + 8, from.information);
        Memory.putInt(data + 12, from.lastNotice);
        if (from.offenderHigh != 0 || from.offenderLow != 0) {
            SocketAddress offender = new SocketAddress();
            offender.set(from.offenderHigh, from.offenderLow, 0);
            NetAddresses.write(offender, family, data + 16);
        }
    }
}

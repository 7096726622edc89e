package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;

/**
 * A port of the host that leads to one of the instance.
 *
 * @param hostAddress empty for every address of the host
 */
public record Forward(String hostAddress, int hostPort, int guestPort, boolean udp) {
    private static final int PORT_MAX = 65_535;
    /** ip_unprivileged_port_start in ip(7), where nobody has changed it. */
    private static final int FIRST_FOR_ALL = 1024;

    /** {@code [ADDR:]HOST:GUEST[/udp]}. */
    public static Forward parse(String text) {
        boolean udp = text.endsWith("/udp");
        String ports = udp || text.endsWith("/tcp") ? text.substring(0, text.length() - 4) : text;
        int second = ports.lastIndexOf(':');
        int first = second < 0 ? -1 : ports.lastIndexOf(':', second - 1);
        if (second < 0) {
            throw malformed(text);
        }
        String address = first < 0 ? "" : ports.substring(0, first);
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        return new Forward(address, port(text, ports.substring(first + 1, second)),
                port(text, ports.substring(second + 1)), udp);
    }

    /**
     * Throws, with the reason, when this process cannot have the port: passt(1) only says that it failed. Root's or
     * somebody else's, both are found by trying.
     */
    void requireFree() {
        try {
            // By number alone: passt asks no name server either.
            InetAddress address = InetAddress.ofLiteral(hostAddress.isEmpty() ? "0.0.0.0" : hostAddress);
            ProtocolFamily family = isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
            try (NetworkChannel channel = udp ? DatagramChannel.open(family) : ServerSocketChannel.open(family)) {
                channel.bind(new InetSocketAddress(address, hostPort));
            }
        } catch (IllegalArgumentException e) {
            throw new DemiException("'" + hostAddress
                    + "' is no address to publish at; write one as 127.0.0.1 or [::1]", e);
        } catch (IOException e) {
            throw new DemiException(refusal(e.getMessage()), e);
        }
    }

    boolean isIpv6() {
        return hostAddress.indexOf(':') >= 0;
    }

    /** What to do, behind the reason of the host. */
    String refusal(String reason) {
        return "port " + hostPort + " cannot be published" + (hostAddress.isEmpty() ? "" : " at " + hostAddress) + ": "
                + reason + (hostPort < FIRST_FOR_ALL ? "; ports below " + FIRST_FOR_ALL
                        + " are for root, another will do, as in -p 8080:" + guestPort : "");
    }

    private static int port(String text, String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed(text);
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > PORT_MAX) {
            throw malformed(text);
        }
        return port;
    }

    private static DemiException malformed(String text) {
        return new DemiException("'" + text + "' does not say which port to publish; write [ADDRESS:]HOST:GUEST[/udp]");
    }

    /**
     * As passt(1) takes it after -t or -u. Without an address of the host it is any of IPv4: passt would lead what
     * comes by IPv6 to an IPv6 socket of the program, which most servers do not have, and clients ask there first.
     */
    String forPasst() {
        return (hostAddress.isEmpty() ? "0.0.0.0" : hostAddress) + "/" + hostPort + ":" + guestPort;
    }
}

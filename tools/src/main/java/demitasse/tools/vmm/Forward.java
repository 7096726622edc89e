package demitasse.tools.vmm;

import demitasse.tools.DemiException;

/**
 * A port of the host that leads to one of the instance.
 *
 * @param hostAddress empty for every address of the host
 */
public record Forward(String hostAddress, int hostPort, int guestPort, boolean udp) {
    private static final int PORT_MAX = 65_535;

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

    /** As passt(1) takes it after -t or -u. */
    String forPasst() {
        return (hostAddress.isEmpty() ? "" : hostAddress + "/") + hostPort + ":" + guestPort;
    }
}

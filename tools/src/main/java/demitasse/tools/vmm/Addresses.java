package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * The addresses of an instance, each with the bits of its network, and its routers; what is empty it does not have.
 *
 * @param ipv4 or {@code dhcp}
 * @param ipv6 besides those that routers tell of
 */
public record Addresses(String ipv4, String gateway4, String ipv6, String gateway6) {
    private static final String DHCP = "dhcp";
    private static final String GATEWAY = "gateway=";
    private static final int BITS4_MAX = 32;
    private static final int BITS6_MAX = 128;

    /**
     * What {@code --ip} says, once or several times: {@code ADDR/BITS}, {@code gateway=ADDR} and {@code dhcp} with
     * commas between; DHCP where nothing is said.
     */
    public static Addresses parse(List<String> options) {
        if (options.isEmpty()) {
            return new Addresses(DHCP, "", "", "");
        }
        // Address and gateway of IPv4, then of IPv6.
        String[] found = {"", "", "", ""};
        for (String part : String.join(",", options).split(",", -1)) {
            boolean gateway = part.startsWith(GATEWAY);
            String text = gateway ? part.substring(GATEWAY.length()) : part;
            boolean ipv6 = gateway ? requireAddress("gateway", text) instanceof Inet6Address : isNetworkOfIpv6(text);
            int place = (ipv6 ? 2 : 0) + (gateway ? 1 : 0);
            if (!found[place].isEmpty()) {
                throw new DemiException("--ip has two " + (gateway ? "gateways" : "addresses") + " of IPv"
                        + (ipv6 ? "6" : "4") + ", " + found[place] + " and " + text + "; an instance takes one");
            }
            found[place] = text;
        }
        if (found[0].equals(DHCP) && !found[1].isEmpty()) {
            throw new DemiException("a DHCP server tells the gateway itself; write --ip dhcp, or --ip ADDR/BITS,"
                    + GATEWAY + found[1]);
        }
        for (int i = 0; i < found.length; i += 2) {
            if (found[i].isEmpty() && !found[i + 1].isEmpty()) {
                throw new DemiException("the gateway " + found[i + 1] + " needs an address of its kind in --ip too");
            }
        }
        return new Addresses(found[0], found[1], found[2], found[3]);
    }

    /** Throws unless a text is an address, of either kind, written as a number. */
    public static InetAddress requireAddress(String what, String text) {
        InetAddress address = literal(text);
        if (address == null || address.isMulticastAddress()) {
            throw new DemiException("'" + text + "' is no address of a " + what + "; write it as 192.168.1.1 or"
                    + " fd00::1");
        }
        return address;
    }

    private static boolean isNetworkOfIpv6(String text) {
        int slash = text.indexOf('/');
        InetAddress address = slash < 0 ? null : literal(text.substring(0, slash));
        String bits = text.substring(slash + 1);
        boolean ipv6 = address instanceof Inet6Address;
        boolean right = address != null && !address.isMulticastAddress() && !(ipv6 && address.isAnyLocalAddress())
                && bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= (ipv6 ? BITS6_MAX : BITS4_MAX);
        if (!right && !text.equals(DHCP)) {
            throw new DemiException("'" + text + "' is no address with the bits of its network; write it as"
                    + " 192.168.1.5/24, or 192.168.1.5/24,gateway=192.168.1.1, or fd00::5/64, or dhcp");
        }
        return ipv6;
    }

    /** Null for what is no address: four decimal numbers or RFC 4291 §2.2, without a zone. */
    private static InetAddress literal(String text) {
        String part = "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
        try {
            if (text.matches("(" + part + "\\.){3}" + part)) {
                return Inet4Address.ofLiteral(text);
            }
            // An IPv4 address written as one of IPv6 is none: Java makes IPv4 of it.
            return text.matches("[0-9a-fA-F]*:[0-9a-fA-F:]+")
                    && Inet6Address.ofLiteral(text) instanceof Inet6Address address ? address : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

package demitasse.tools.cli;

import demitasse.tools.DemiException;
import demitasse.tools.vmm.Addresses;
import demitasse.tools.vmm.Forward;
import demitasse.tools.vmm.Network;
import demitasse.tools.vmm.TapDevice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The options of {@code demi run} that are about its network, checked against each other.
 *
 * @param tap empty without a TAP device
 */
record NetworkOptions(boolean passt, String tap, List<Forward> forwards, Addresses addresses, String mac,
        List<String> nameServers, Optional<Path> pcap) {
    static final Option NETWORK = Option.value("network", "tap=NAME|passt|none",
            "how it reaches the outside: a tap device of the host, passt, as when a port is published, or not at all");
    static final Option PUBLISH = Option.value("publish", "[ADDR:]HOST:GUEST[/udp]",
            "leads a port of the host to one of the instance").orLetter('p');
    static final Option IP = Option.value("ip", "ADDR/BITS[,gateway=ADDR]|dhcp",
            "its address at a tap device, of IPv4 or IPv6 or one of each; asked of a DHCP server when not said");
    static final Option MAC = Option.value("mac", "MAC", "its Ethernet address, as 02:00:00:00:00:01");
    static final Option DNS = Option.value("dns", "ADDR", "a name server for it; may be repeated");
    static final Option PCAP = Option.value("pcap", "FILE", "writes every frame to FILE, for tcpdump and wireshark");
    private static final String TAP = "tap=";

    static NetworkOptions of(Arguments arguments) {
        List<Forward> forwards = arguments.values(PUBLISH).stream().map(Forward::parse).toList();
        String network = arguments.value(NETWORK, forwards.isEmpty() ? "none" : "passt");
        String tap = network.startsWith(TAP) ? network.substring(TAP.length()) : "";
        if (tap.isEmpty() && !network.equals("passt") && !network.equals("none")) {
            throw new DemiException("there is no network '" + network + "', only tap=NAME, passt and none");
        }
        if (!forwards.isEmpty() && network.equals("none")) {
            throw new DemiException("no port can be published without a network");
        }
        if (!forwards.isEmpty() && !tap.isEmpty()) {
            throw new DemiException("no port is published at a tap device: the instance has an address of its own");
        }
        requireDistinct(forwards);
        if (arguments.has(IP) && tap.isEmpty()) {
            throw new DemiException("--ip is for --network tap=NAME; passt gives an address itself");
        }
        for (Option option : List.of(MAC, DNS, PCAP)) {
            if (arguments.has(option) && network.equals("none")) {
                throw new DemiException("--" + option.name() + " needs a network, as --network passt");
            }
        }
        return new NetworkOptions(network.equals("passt"), tap, forwards, Addresses.parse(arguments.values(IP)),
                requireMac(arguments.value(MAC, "")), nameServers(arguments),
                arguments.has(PCAP) ? Optional.of(writable(arguments.value(PCAP, ""))) : Optional.empty());
    }

    /** passt knows one place for each port. */
    private static void requireDistinct(List<Forward> forwards) {
        Set<String> ports = new HashSet<>();
        for (Forward forward : forwards) {
            if (!ports.add(forward.hostPort() + (forward.udp() ? "/udp" : ""))) {
                throw new DemiException("port " + forward.hostPort() + " is published twice; passt can lead each port"
                        + " of the host from one address only");
            }
        }
    }

    /** The network of a TAP device; makes sure that it can be had, if the instance is to be started. */
    Network tapNetwork(boolean starts) throws IOException {
        TapDevice device = new TapDevice(tap);
        if (starts) {
            device.requireUsable();
        }
        return withChoices(new Network(device.link(), addresses, nameServers, device.mac(), pcap));
    }

    /** What the user wants otherwise than passt has it. */
    Network withChoices(Network network) {
        return network.with(nameServers, mac, pcap);
    }

    private static List<String> nameServers(Arguments arguments) {
        List<String> servers = new ArrayList<>();
        for (String server : arguments.values(DNS)) {
            Addresses.requireAddress("name server", server);
            servers.add(server);
        }
        return servers;
    }

    /** IEEE 802, clause 8.2: a device's address is not one of a group. */
    private static String requireMac(String text) {
        boolean right = text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
                && (Integer.parseInt(text, 0, 2, 16) & 1) == 0 && !text.matches("[0:]*");
        if (!text.isEmpty() && !right) {
            throw new DemiException("'" + text + "' is no Ethernet address of a device; write it as"
                    + " 02:00:00:00:00:01, its first byte even");
        }
        return text;
    }

    /** The host's file, as QEMU and the kernel are to find it. */
    private static Path writable(String file) {
        Path path = Path.of(file).toAbsolutePath();
        Path parent = path.getParent();
        if (file.isEmpty() || Files.isDirectory(path) || parent == null || !Files.isWritable(
                Files.exists(path) ? path : parent)) {
            throw new DemiException("the capture file '" + file + "' cannot be written");
        }
        return path;
    }
}

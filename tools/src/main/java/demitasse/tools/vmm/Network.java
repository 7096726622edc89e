package demitasse.tools.vmm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How an instance reaches the outside.
 *
 * @param mac empty for one that the kernel or QEMU chooses
 * @param pcap where every frame is written to, in the format of pcap-savefile(5)
 */
public record Network(Link link, Addresses addresses, List<String> nameServers, String mac, Optional<Path> pcap) {
    /** What the host carries frames with. */
    public sealed interface Link {
        /** The largest IP datagram. */
        int mtuBytes();
    }

    /** A unix stream socket, as passt(1) and QEMU's {@code -netdev stream} speak. */
    public record Stream(Path socket) implements Link {
        @Override
        public int mtuBytes() {
            // What passt offers by default: nothing is cut on the way to it.
            return 65_520;
        }
    }

    /** A TAP device of the host, which is there already. */
    public record Tap(String name, int mtuBytes) implements Link {
    }

    /** The same with other choices of the user; what is empty stays as it is. */
    public Network with(List<String> newNameServers, String newMac, Optional<Path> newPcap) {
        return new Network(link, addresses, newNameServers.isEmpty() ? nameServers : newNameServers,
                newMac.isEmpty() ? mac : newMac, newPcap);
    }
}

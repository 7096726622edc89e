package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A TAP device of the host, made by root for whoever is to use it: ip-tuntap(8). */
public final class TapDevice {
    private static final int MTU_DEFAULT_BYTES = 1500;
    private static final int MAC_BYTES = 6;
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int ENODEV = 19;
    private static final int EBUSY = 16;
    private static final int EINVAL = 22;

    private static final Path SYSFS = Path.of("/sys/class/net");

    private final String name;

    /** @param name as the kernel allows it, dev_valid_name() */
    public TapDevice(String name) {
        if (!name.matches("[^/:\\s]{1,15}") || name.equals(".") || name.equals("..")) {
            throw new DemiException("'" + name + "' is no name of a network device");
        }
        this.name = name;
    }

    public Network.Tap link() throws IOException {
        Path mtu = SYSFS.resolve(name).resolve("mtu");
        return new Network.Tap(name, Files.exists(mtu) ? Integer.parseInt(Files.readString(mtu).strip())
                : MTU_DEFAULT_BYTES);
    }

    /** Throws, with the reason, when this process cannot have the device: found by trying. */
    public void requireUsable() throws IOException {
        // Not by NetworkInterface: that knows none without an address, such as a bridge's.
        if (!Files.exists(SYSFS.resolve(name))) {
            throw new DemiException("there is no tap device '" + name + "'; " + remedy());
        }
        int error = LibC.tryTap(name);
        if (error != 0) {
            throw new DemiException(refusal(error));
        }
    }

    /** What an errno of open(2) or TUNSETIFF means, and what to do. */
    String refusal(int error) {
        return switch (error) {
            case ENOENT, ENODEV -> "this host has no /dev/net/tun; root may load it by: modprobe tun";
            case EACCES -> "this user may not open /dev/net/tun, which is usually for all; root may allow it by: chmod"
                    + " 666 /dev/net/tun";
            case EPERM -> "the tap device '" + name + "' is not this user's; " + remedy();
            case EBUSY -> "the tap device '" + name + "' is in use by another program; each instance needs its own";
            case EINVAL -> "'" + name + "' is not a tap device of one queue; " + remedy();
            default -> "the tap device '" + name + "' cannot be used: error " + error + " of the host";
        };
    }

    private String remedy() {
        String device = Files.exists(SYSFS.resolve(name)) ? "NAME" : name;
        return "root may make one by: ip tuntap add " + device + " mode tap user " + System.getProperty("user.name")
                + "; ip link set " + device + " up";
    }

    /**
     * An address that is this device's on this host for good, so that neighbours and DHCP servers know the next
     * instance again. Locally administered, not multicast: IEEE 802, clause 8.2.2.
     */
    public String mac() throws IOException {
        Path id = Path.of("/etc/machine-id");
        String machine = Files.isReadable(id) ? Files.readString(id) : "";
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((machine + name).getBytes(StandardCharsets.UTF_8));
            hash[0] = (byte) (hash[0] & 0xfc | 2);
            return HexFormat.ofDelimiter(":").formatHex(hash, 0, MAC_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}

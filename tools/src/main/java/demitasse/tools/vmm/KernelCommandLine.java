package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.nio.charset.StandardCharsets;

/**
 * The one string that tells a kernel what to run: {@code key=value} with spaces between; in values every byte
 * outside {@code [A-Za-z0-9._~/:,@+=-]} is {@code %XX}. The kernel's {@code boot.CommandLine} is the other
 * half.
 */
final class KernelCommandLine {
    /** MAX_ARG_STRLEN of Linux, execve(2): the longest single argument that any host program can be given. */
    private static final int LENGTH_MAX = (128 << 10) - 1;
    private static final String PLAIN = "._~/:,@+=-";
    private static final String HEX = "0123456789ABCDEF";

    private final StringBuilder text = new StringBuilder();

    static KernelCommandLine of(InstanceSpec spec) {
        KernelCommandLine line = new KernelCommandLine();
        line.add("memory", Long.toString(spec.memoryBytes()));
        for (String argument : spec.arguments()) {
            line.add("arg", argument);
        }
        for (String variable : spec.environment()) {
            line.add("env", variable);
        }
        line.add("cwd", spec.workingDirectory());
        line.add("user", user(spec));
        if (!spec.terminals().isEmpty()) {
            line.add("tty", numbers(spec.terminals(), ","));
        }
        spec.windowSize().ifPresent(size -> line.add("size", size.rows() + "x" + size.columns()));
        line.add("hostname", spec.hostname());
        for (String place : spec.tmpfs()) {
            line.add("tmpfs", place);
        }
        if (spec.timeoutSeconds() > 0) {
            line.add("timeout", Long.toString(spec.timeoutSeconds()));
        }
        spec.network().ifPresent(line::addNetwork);
        if (spec.jit()) {
            line.add("jit", "1");
        }
        if (spec.strace()) {
            line.add("strace", "1");
        }
        if (spec.debug()) {
            line.add("log", "debug");
        }
        for (String word : spec.kernelWords()) {
            int equals = word.indexOf('=');
            line.add(word.substring(0, equals), word.substring(equals + 1));
        }
        return line;
    }

    private void addNetwork(Network network) {
        Addresses addresses = network.addresses();
        addKnown("ip", addresses.ipv4());
        // Behind passt there is no third.
        add("ip6", network.link() instanceof Network.Stream ? "alone" : "auto");
        addKnown("gateway", addresses.gateway4());
        addKnown("address6", addresses.ipv6());
        addKnown("gateway6", addresses.gateway6());
        if (!network.nameServers().isEmpty()) {
            add("dns", String.join(",", network.nameServers()));
        }
    }

    private void addKnown(String key, String value) {
        if (!value.isEmpty()) {
            add(key, value);
        }
    }

    KernelCommandLine add(String key, String value) {
        if (!text.isEmpty()) {
            text.append(' ');
        }
        text.append(key).append('=');
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain(b)) {
                text.append((char) b);
            } else {
                text.append('%').append(HEX.charAt(b >> 4 & 0xf)).append(HEX.charAt(b & 0xf));
            }
        }
        return this;
    }

    String finish() {
        if (text.length() > LENGTH_MAX) {
            throw new DemiException("arguments and environment are too long: " + text.length()
                    + " bytes, at most " + LENGTH_MAX);
        }
        return text.toString();
    }

    private static boolean isPlain(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || PLAIN.indexOf(b) >= 0;
    }

    private static String user(InstanceSpec spec) {
        String user = unsigned(spec.identity().uid()) + ":" + unsigned(spec.identity().gid());
        return spec.identity().groups().isEmpty() ? user : user + ":" + numbers(spec.identity().groups(), ":");
    }

    private static String numbers(Iterable<Integer> numbers, String separator) {
        StringBuilder joined = new StringBuilder();
        for (int number : numbers) {
            joined.append(joined.isEmpty() ? "" : separator).append(unsigned(number));
        }
        return joined.toString();
    }

    private static String unsigned(int id) {
        return Integer.toUnsignedString(id);
    }
}

package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.tcp.TcpState;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;

/**
 * Plays the peer of a connection by a script, in virtual time, as packetdrill does. The form of a script stands in
 * {@code scripts/README} beside the scripts.
 */
final class PacketScript {
    private static final long MS = 1_000_000;
    private static final double NS_PER_S = 1e9;
    private static final long TOLERANCE_NS = 2 * MS;
    private static final int OUR_PORT = 80;
    private static final int PEER_PORT = 5000;
    /** Near the end of the numbers, so that they begin again in every script. */
    private static final int PEER_INITIAL = -700;
    private static final int RAM_BYTES = 16 << 20;

    private record Sent(long atNs, ScriptSegment segment) {
    }

    private final boolean ipv4;
    private final TestClock clock = new TestClock();
    private final Wired device = new Wired();
    private final Timers timers = device.timers;
    private final NetStack stack = device.stack;
    private final Queue<Sent> sent = new ArrayDeque<>();
    /** How far each stream has been written, which its bytes tell. */
    private final Map<TcpConnection, Integer> written = new HashMap<>();
    private TcpListener listener;
    private TcpConnection connection;
    private long eventNs = clock.monotonicNs();
    private int ourPort = OUR_PORT;
    private int peerPort = PEER_PORT;
    private int ourInitial;
    private int lastTimestamp;
    /** Options of the peer's SYN, for the usual handshakes. */
    private boolean timestamps;

    /** Without a link the packets are bare, which is all that a script is about. */
    private final class Wired extends TestStack {
        private final Deque<byte[]> arriving = new ArrayDeque<>();

        Wired() {
            super(0, new Pages(new TestMemory(RAM_BYTES)), clock, new Random(1));
        }

        @Override
        protected byte[] arrives() {
            return arriving.poll();
        }

        @Override
        protected void leaves(byte[] frame) {
            ScriptSegment segment = ScriptSegment.of(frame);
            if (segment.has("S")) {
                ourInitial = segment.sequence;
            }
            if (segment.hasTimestamps) {
                lastTimestamp = segment.timestamp;
            }
            for (int i = 0; i < segment.dataBytes; i++) {
                if (segment.data[i] != (byte) (segment.sequence - ourInitial + i)) {
                    throw new AssertionError("data at " + (segment.sequence - ourInitial + i));
                }
            }
            sent.add(new Sent(clock.monotonicNs(), segment));
        }
    }

    PacketScript(boolean ipv4) {
        this.ipv4 = ipv4;
        byte[] own = address(1);
        if (ipv4) {
            stack.routes.addAddress(device.eth0, 0, Ip.mapped(0x0a00_0001), 96 + 24);
        } else {
            stack.routes.addAddress(device.eth0, 0xfd00_0000_0000_0000L, own[15], 64);
        }
    }

    private byte[] address(int number) {
        return ipv4 ? new byte[] {10, 0, 0, (byte) number}
                : new byte[] {(byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) number};
    }

    /** Plays lines; throws with the line at which things are not as it says. */
    void play(Iterable<String> lines) {
        for (String line : lines) {
            try {
                line(line.strip());
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError(failure.getMessage() + "\n   in line: " + line, failure);
            }
        }
        if (!sent.isEmpty()) {
            throw new AssertionError("more was sent: " + show(sent.peek()));
        }
    }

    private void line(String line) {
        String rest = line;
        if (rest.startsWith("+")) {
            int end = rest.indexOf(' ');
            eventNs += (long) (Double.parseDouble(rest.substring(1, end)) * NS_PER_S);
            rest = rest.substring(end).strip();
        }
        if (rest.startsWith(">")) {
            expect(rest.substring(1).strip());
            return;
        }
        work(eventNs);
        if (rest.startsWith("<")) {
            device.arriving.add(inject(rest.substring(1).strip()).toPacket());
        } else {
            String[] words = rest.split(" +");
            command(words);
        }
        work(eventNs);
    }

    /** Lets time pass up to a moment. */
    private void work(long untilNs) {
        while (true) {
            timers.expire(clock.monotonicNs(), 100);
            if (stack.poll(64) > 0) {
                continue;
            }
            long nextNs = timers.nextDeadlineNs();
            if (nextNs > untilNs) {
                clock.advanceTo(untilNs);
                return;
            }
            clock.advanceTo(nextNs);
        }
    }

    private void command(String[] words) {
        int number = words.length > 1 && words[1].matches("-?\\d+") ? Integer.parseInt(words[1]) : 0;
        switch (words[0]) {
            case "listen" -> listen(Math.max(number, 1));
            case "connect" -> connect();
            case "established", "connected" -> handshake(words);
            case "accept" -> accept();
            case "write" -> write(number, false);
            case "urgent" -> write(number, true);
            case "mark" -> equal("bytes up to the mark", number, connection.urgent.upToMark(connection.readable()));
            case "read" -> read(number);
            case "shutdown" -> connection.shutdownWrite();
            case "close" -> connection.close(false);
            case "abort" -> connection.close(true);
            case "close-listener" -> stack.tcp.close(listener);
            case "set" -> option(words[1], words.length > 2 ? Integer.parseInt(words[2]) : 1);
            case "state" -> equal("state", words[1], stateName());
            case "error" -> equal("error", words[1], errorName(connection.takeError()));
            case "readable" -> equal("readable", number, connection.readable());
            case "eof" -> equal("end of input", true, connection.isEndOfInput());
            case "connections" -> equal("connections", number, stack.tcp.connectionCount());
            case "pending" -> equal("pending", number, listener.pending());
            case "count" -> equal(words[1], Long.parseLong(words[2]), counter(words[1]));
            case "port" -> peerPort = number;
            case "quiet" -> quiet(Double.parseDouble(words[1]));
            default -> throw new IllegalArgumentException("no command " + words[0]);
        }
    }

    private void listen(int backlog) {
        Binding binding = new Binding();
        binding.low = ipv4 ? Ip.MAPPED : 0;
        binding.port = OUR_PORT;
        binding.takesIpv4 = true;
        binding.takesIpv6 = true;
        stack.tcp.ports.add(binding);
        connection = stack.tcp.create();
        listener = stack.tcp.listen(connection, binding, backlog, events -> { });
    }

    private void connect() {
        Binding binding = new Binding();
        binding.takesIpv4 = ipv4;
        binding.takesIpv6 = !ipv4;
        binding.low = ipv4 ? Ip.MAPPED : 0;
        connection = connection == null || !connection.isGone() ? stack.tcp.create() : connection;
        connection.setUser(events -> { });
        int error = stack.tcp.connect(connection, binding, ipv4 ? 0 : 0xfd00_0000_0000_0000L,
                ipv4 ? Ip.mapped(0x0a00_0002) : 2, peerPort, 0);
        equal("connect", 0, error);
        ourPort = connection.localPort();
    }

    private void accept() {
        connection = listener.accept();
        if (connection == null) {
            throw new AssertionError("nothing to accept");
        }
        connection.setUser(events -> { });
    }

    /** Listens or connects, and does the handshake: {@code established [mss N] [win N] [scale N] [ts] [nosack]}. */
    private void handshake(String[] words) {
        String all = String.join(" ", words);
        timestamps = all.contains(" ts");
        String options = "mss " + word(all, "mss", 1000) + (all.contains("nosack") ? "" : ",sackOK")
                + (timestamps ? ",TS 1000" : "") + (all.contains("scale") ? ",wscale " + word(all, "scale", 0) : "");
        int window = word(all, "win", 30_000);
        if (words[0].equals("established")) {
            if (listener == null) {
                listen(8);
            }
            line("< S 0:0 win " + window + " <" + options + ">");
            line("> S. 0:0 ack 1");
            line("+0.01 < . 1:1 ack 1 win " + window);
            accept();
        } else {
            connect();
            line("> S 0:0");
            line("+0.01 < S. 0:0 ack 1 win " + window + " <" + options + ">");
            line("> . 1:1 ack 1");
        }
    }

    private static int word(String all, String name, int otherwise) {
        int at = all.indexOf(" " + name + " ");
        return at < 0 ? otherwise : Integer.parseInt(all.substring(at + name.length() + 2).split(" ")[0]);
    }

    private void write(int bytes, boolean urgent) {
        int left = bytes;
        equal("may send", 0, connection.sendError());
        while (left > 0) {
            int some = Math.min(connection.writeSpan(), left);
            if (some == 0) {
                throw new AssertionError("no room for " + left + " bytes");
            }
            long target = connection.writeAddress();
            for (int i = 0; i < some; i++) {
                Memory.putByte(target + i, written.merge(connection, 1, Integer::sum).byteValue());
            }
            connection.append(some);
            left -= some;
        }
        if (urgent) {
            connection.urgent.mark();
        }
        connection.push();
    }

    private void read(int bytes) {
        if (connection.readable() < bytes) {
            throw new AssertionError("only " + connection.readable() + " bytes are there");
        }
        connection.consume(bytes);
    }

    private void option(String name, int value) {
        switch (name) {
            case "nodelay" -> connection.noDelay = value != 0;
            case "cork" -> connection.corked = value != 0;
            case "reno" -> connection.setReno(value != 0);
            case "rcvbuf" -> connection.setReceiveLimit(value);
            case "sndbuf" -> connection.setSendLimit(value);
            case "usertimeout" -> connection.userTimeoutMs = value;
            case "keepidle" -> connection.keepIdleS = value;
            case "keepinterval" -> connection.keepIntervalS = value;
            case "keepcount" -> connection.keepCount = value;
            case "keepalive" -> {
                connection.keepAlive = value != 0;
                connection.armKeepAlive();
            }
            case "quickack" -> connection.setQuickAck(value != 0);
            case "fintimeout" -> connection.finTimeoutS = value;
            default -> throw new IllegalArgumentException("no option " + name);
        }
    }

    private void quiet(double seconds) {
        eventNs += (long) (seconds * NS_PER_S);
        work(eventNs);
        if (!sent.isEmpty()) {
            throw new AssertionError("sent: " + show(sent.peek()));
        }
    }

    private String stateName() {
        for (Field field : TcpState.class.getFields()) {
            try {
                if (field.getInt(null) == connection.state()) {
                    return field.getName();
                }
            } catch (IllegalAccessException impossible) {
                throw new AssertionError(impossible);
            }
        }
        return "?";
    }

    private static String errorName(int error) {
        return switch (error) {
            case 0 -> "none";
            case 32 -> "EPIPE";
            case 104 -> "ECONNRESET";
            case 110 -> "ETIMEDOUT";
            case 111 -> "ECONNREFUSED";
            default -> "" + error;
        };
    }

    private long counter(String name) {
        try {
            return stack.tcp.counters.getClass().getField(name).getLong(stack.tcp.counters);
        } catch (ReflectiveOperationException noSuch) {
            throw new IllegalArgumentException("no counter " + name);
        }
    }

    private static void equal(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + " should be " + expected + " and is " + actual);
        }
    }

    // ---- segments ----

    /** {@code FLAGS from:to [ack N] [win N] [urg N] [<options>]}. */
    private ScriptSegment inject(String text) {
        ScriptSegment segment = new ScriptSegment();
        segment.source = address(2);
        segment.target = address(1);
        segment.sourcePort = peerPort;
        segment.targetPort = ourPort;
        String[] words = text.split("[ <]+");
        segment.flags = ScriptSegment.flags(words[0]);
        String[] range = words[1].split(":");
        segment.sequence = PEER_INITIAL + Integer.parseInt(range[0]);
        segment.dataBytes = Integer.parseInt(range[1]) - Integer.parseInt(range[0]);
        segment.data = new byte[segment.dataBytes];
        segment.window = word(text, "win", 30_000);
        segment.urgent = word(text, "urg", 0);
        if (segment.has(".")) {
            segment.acknowledgement = ourInitial + word(text, "ack", 1);
        }
        int options = text.indexOf('<');
        if (options >= 0) {
            options(segment, text.substring(options + 1, text.length() - 1), ourInitial);
        } else if (timestamps && !segment.has("R")) {
            segment.hasTimestamps = true;
            segment.timestamp = 1000 + (int) ((eventNs - 1_000_000_000L) / MS);
            segment.echo = lastTimestamp;
        }
        return segment;
    }

    private void options(ScriptSegment segment, String text, int initial) {
        for (String option : text.split(",")) {
            String[] words = option.strip().split(" ");
            switch (words[0]) {
                case "mss" -> segment.maximumSegment = Integer.parseInt(words[1]);
                case "sackOK" -> segment.sackPermitted = true;
                case "wscale" -> segment.scale = Integer.parseInt(words[1]);
                case "TS" -> {
                    segment.hasTimestamps = true;
                    segment.timestamp = words.length > 1 ? Integer.parseInt(words[1]) : 0;
                    segment.echo = lastTimestamp - (words.length > 2 ? Integer.parseInt(words[2]) : 0);
                }
                case "sack" -> {
                    for (int i = 1; i < words.length; i++) {
                        String[] range = words[i].split(":");
                        segment.sacks.add(new int[] {initial + Integer.parseInt(range[0]),
                            initial + Integer.parseInt(range[1])});
                    }
                }
                case "" -> { }
                case "raw" -> segment.rawOptions = java.util.HexFormat.of().parseHex(words[1]);
                default -> throw new IllegalArgumentException("no option " + words[0]);
            }
        }
    }

    private void expect(String text) {
        work(eventNs);
        if (sent.isEmpty()) {
            work(eventNs + TOLERANCE_NS);
        }
        if (sent.isEmpty()) {
            throw new AssertionError("nothing was sent");
        }
        Sent one = sent.remove();
        try {
            compare(text, one);
        } catch (AssertionError failure) {
            throw new AssertionError(failure.getMessage() + "; sent: " + show(one), failure);
        }
        eventNs = Math.max(eventNs, one.atNs);
    }

    private void compare(String text, Sent one) {
        ScriptSegment segment = one.segment;
        String[] words = text.split("[ <]+");
        if (Math.abs(one.atNs - eventNs) > TOLERANCE_NS) {
            throw new AssertionError("too early by " + (eventNs - one.atNs) / MS + " ms");
        }
        equal("port", peerPort, segment.targetPort);
        // PSH is a hint; a script that cares names it.
        int ignored = words[0].contains("P") ? 0 : ScriptSegment.flags("P");
        equal("flags", ScriptSegment.letters(ScriptSegment.flags(words[0])),
                ScriptSegment.letters(segment.flags & ~ignored));
        String[] range = words[1].split(":");
        if (!segment.has("R") || segment.has(".")) {
            equal("acknowledgement", word(text, "ack", segment.has(".") ? segment.acknowledgement - PEER_INITIAL : 0),
                    segment.has(".") ? segment.acknowledgement - PEER_INITIAL : 0);
        }
        // Of a connection that we do not know the numbers are 0 or the peer's.
        boolean stranger = segment.has("R") && segment.sequence == Integer.parseInt(range[0]);
        equal("sequence", Integer.parseInt(range[0]), stranger ? segment.sequence : segment.sequence - ourInitial);
        equal("length", Integer.parseInt(range[1]) - Integer.parseInt(range[0]), segment.dataBytes);
        equal("window", word(text, "win", segment.window), segment.window);
        equal("urgent pointer", word(text, "urg", segment.urgent), segment.urgent);
        int options = text.indexOf('<');
        if (options >= 0) {
            ScriptSegment wanted = new ScriptSegment();
            options(wanted, text.substring(options + 1, text.length() - 1), PEER_INITIAL);
            // As over IPv4.
            int more = ipv4 || segment.maximumSegment < 0 ? 0 : 20;
            equal("MSS", wanted.maximumSegment, segment.maximumSegment + more);
            equal("scale", wanted.scale, segment.scale);
            equal("SACK permitted", wanted.sackPermitted, segment.sackPermitted);
            equal("time stamps", wanted.hasTimestamps, segment.hasTimestamps);
            equal("SACK", blocks(wanted), blocks(segment));
        }
    }

    private static String blocks(ScriptSegment segment) {
        StringBuilder text = new StringBuilder();
        segment.sacks.forEach(block -> text.append(' ').append(block[0] - PEER_INITIAL).append(':')
                .append(block[1] - PEER_INITIAL));
        return text.toString();
    }

    private String show(Sent one) {
        ScriptSegment segment = one.segment;
        int from = segment.sequence - ourInitial;
        return "+" + (one.atNs - eventNs) / NS_PER_S + " > " + ScriptSegment.letters(segment.flags) + " " + from + ":"
                + (from + segment.dataBytes) + " ack " + (segment.acknowledgement - PEER_INITIAL) + " win "
                + segment.window + (segment.sacks.isEmpty() ? "" : " <sack" + blocks(segment) + ">");
    }

    static Iterable<String> lines(String text) {
        return Arrays.stream(text.split("\n")).map(line -> line.replaceAll("#.*", "")).filter(line -> !line.isBlank())
                .toList();
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's servers in an instance at a tap device, and Debian's clients on the host, in a namespace of their own. */
class TapNetworkTest {
    private static final String HOST = "10.77.0.1";
    private static final String GUEST = "10.77.0.2";
    private static final String HOST6 = "fd77::1";
    private static final String GUEST6 = "fd77::2";
    private static final int LARGE_BYTES = 30_000_000;
    private static final int SMALL_BYTES = 612;
    private static final int REPETITIONS = 100;
    private static final int COMPARED = 25;
    private static final int IDLE_MS = 2_000;
    private static final int IPERF_ATTEMPTS = 20;
    /** In hundredths of a second, proc_pid_stat(5). */
    private static final long IDLE_TICKS_MAX = 10;
    private static final String SERVERS = """
        busybox mkdir -p /tmp/www /var/log/nginx /var/lib/nginx
        busybox head -c %d /dev/zero > /tmp/www/large
        busybox head -c %d /dev/zero > /tmp/www/small
        echo 'daemon off; error_log stderr; pid /tmp/nginx.pid; events { worker_connections 256; } user root;
        http { access_log off; sendfile on; server { listen 80; listen [::]:80; root /tmp/www; } }' > /tmp/nginx.conf
        redis-server --bind 0.0.0.0 :: --protected-mode no --save '' --daemonize yes > /tmp/redis.log
        iperf3 -s -D
        nginx -c /tmp/nginx.conf &
        echo ready
        wait
        """.formatted(LARGE_BYTES, SMALL_BYTES);

    /** UDP_SEGMENT is 103, UDP_GRO 104, of the level 17. */
    private static final String DATAGRAMS = """
        import socket, struct
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("%s", 77))
        print("ready", flush=True)
        apart = [s.recvfrom(65535) for _ in range(4)]
        s.setsockopt(17, 104, 1)
        s.sendto(b"next", apart[0][1])
        together, control, _, peer = s.recvmsg(65535, 100)
        told = [struct.unpack("i", data)[0] for level, kind, data in control]
        print([len(data) for data, _ in apart], len(together), told, flush=True)
        s.sendmsg([b"".join(data for data, _ in apart)], [(17, 103, struct.pack("H", 1000))], 0, peer)
        """;
    private static final String DATAGRAMS_PEER = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(20)
        s.setsockopt(17, 103, 1000)
        s.connect(("%s", 77))
        data = bytes(i * 31 >> 3 & 255 for i in range(3007))
        s.send(data)
        assert s.recv(65535) == b"next"
        s.send(data)
        parts = [s.recv(65535) for _ in range(4)]
        assert b"".join(parts) == data
        print([len(part) for part in parts])
        """;

    private static final String SERVERS_SOURCE = "deb:redis-server,nginx-light,iperf3,busybox-static";
    private static final String PING_SOURCE = "deb:busybox-static,iputils-ping";
    private static final String BUSYBOX_SOURCE = "deb:busybox-static";
    private static final String PYTHON_SOURCE = "deb:python3-minimal";

    @TempDir
    Path directory;

    /** There is no mirror of Debian in the namespace. */
    @BeforeAll
    static void fetch() {
        List.of(SERVERS_SOURCE, PING_SOURCE, BUSYBOX_SOURCE, PYTHON_SOURCE).forEach(Commands::fetch);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void debiansServersServeDebiansClients(String platform) throws Exception {
        try (TapNamespace network = TapNamespace.open(HOST + "/24", HOST6 + "/64");
                Interaction run = Interaction.onPipes(network.prefix(), List.of("run", "--platform", platform,
                        "--network", "tap=" + TapNamespace.TAP, "--ip", GUEST + "/24," + GUEST6 + "/64",
                        SERVERS_SOURCE, "--", "busybox", "sh", "-c", SERVERS))) {
            run.expect("ready");
            for (String guest : List.of(GUEST, GUEST6)) {
                network.run("ping", "-q", "-c", "3", "-i", "0.1", "-W", "5", guest);
                nginx(network, guest);
                redis(network, guest);
            }
            iperf(network);
            connectAndClose(network);
            assertIdle(run);
            run.signal("TERM");
            assertEquals(143, run.end(), run::text);
        }
    }

    private static void nginx(TapNamespace network, String guest) {
        for (String file : List.of("small", "large", "small")) {
            String got = network.run("curl", "-sS", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "-o",
                    "/dev/null", "-w", "%{http_code} %{size_download}", "-g",
                    "http://" + (guest.equals(GUEST6) ? "[" + guest + "]" : guest) + "/" + file);
            assertEquals("200 " + (file.equals("small") ? SMALL_BYTES : LARGE_BYTES), got);
        }
    }

    private static void redis(TapNamespace network, String guest) {
        assertEquals("OK\n", network.run("redis-cli", "-h", guest, "set", "key", "x".repeat(20_000)));
        assertEquals("20000\n", network.run("redis-cli", "-h", guest, "strlen", "key"));
        for (String pipeline : List.of("1", "16")) {
            String csv = network.run("redis-benchmark", "-h", guest, "-c", "50", "-P", pipeline, "-n", "5000", "-t",
                    "set,get", "--csv");
            assertEquals(2, rates(csv).size(), csv);
        }
    }

    /** Bytes both ways; how fast is the benchmark's business. */
    private static void iperf(TapNamespace network) {
        for (String direction : List.of("--parallel=1", "--reverse")) {
            String json = "Connection re";
            // Between two tests the server closes its port, and resets whoever waits there: on Linux as well.
            for (int i = 0; i < IPERF_ATTEMPTS && json.contains("Connection re"); i++) {
                json = network.attempt("iperf3", "-c", GUEST, "-t", "1", "--json", direction).output();
            }
            Matcher received = Pattern.compile("\"sum_received\".*?\"bytes\":\\s*(\\d+)", Pattern.DOTALL).matcher(json);
            assertTrue(received.find() && Long.parseLong(received.group(1)) > 1 << 20, json);
        }
    }

    /**
     * TIME_WAIT must not slow the same load down when it comes again and again. The best runs are compared: others are
     * slow when the machine is busy otherwise. All together are fewer than Linux has ports of one parity, which it
     * looks through first: then the client itself would become slow.
     */
    private static void connectAndClose(TapNamespace network) {
        List<Double> rates = rates(network.run("sh", "-c", "for i in $(seq " + REPETITIONS + "); do redis-benchmark -h "
                + GUEST + " -k 0 -c 10 -n 100 -t ping_mbulk --csv; done"));
        assertEquals(REPETITIONS, rates.size());
        double first = Collections.max(rates.subList(0, COMPARED));
        double last = Collections.max(rates.subList(REPETITIONS - COMPARED, REPETITIONS));
        assertTrue(last > first / 2, "connections a second: " + rates);
    }

    /** The first figure of each line of {@code redis-benchmark --csv}. */
    private static List<Double> rates(String csv) {
        Matcher line = Pattern.compile("^\"[A-Z_]+\",\"([0-9.]+)\"", Pattern.MULTILINE).matcher(csv);
        return line.results().map(result -> Double.parseDouble(result.group(1))).filter(rate -> rate > 0).toList();
    }

    private static void assertIdle(Interaction run) throws Exception {
        long before = ticks(run);
        Thread.sleep(IDLE_MS);
        long used = ticks(run) - before;
        assertTrue(used <= IDLE_TICKS_MAX, "an idle instance has used " + used * 10 + " of " + IDLE_MS + " ms");
    }

    /** CPU time of everything that the run consists of. */
    private static long ticks(Interaction run) throws IOException {
        long ticks = 0;
        for (long pid : Stream.concat(Stream.of(run.pid()), run.descendants().stream().map(ProcessHandle::pid))
                .toList()) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks;
    }

    /** On linux they pass the device in one packet both ways, with QEMU 7.2 one by one: nobody can tell. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void datagramsOfOneCallArriveOneByOneOrTogether(String platform) throws Exception {
        try (TapNamespace network = TapNamespace.open(HOST + "/24");
                Interaction run = Interaction.onPipes(network.prefix(), List.of("run", "--platform", platform,
                        "--network", "tap=" + TapNamespace.TAP, "--ip", GUEST + "/24", PYTHON_SOURCE, "--", "python3",
                        "-c", DATAGRAMS.formatted(GUEST)))) {
            run.expect("ready");
            assertEquals("[1000, 1000, 1000, 7]\n", network.run("python3", "-c", DATAGRAMS_PEER.formatted(GUEST)));
            assertEquals(0, run.end(), run::text);
            assertEquals("ready\n[1000, 1000, 1000, 7] 3007 [1000]\n", run.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void dhcpServerGivesAddressGatewayAndNameServer(String platform) throws Exception {
        Path capture = directory.resolve("frames, all.pcap");
        String script = "busybox cat /etc/resolv.conf; until busybox wget -q -O - http://" + HOST
                + ":8077/ 2> /dev/null; do busybox sleep 1; done";
        try (TapNamespace network = TapNamespace.open(HOST + "/24")) {
            Path page = Files.createDirectory(directory.resolve("www")).resolve("index.html");
            Files.writeString(page, "from the host\n");
            Process names = network.start("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--no-ping",
                    "--dhcp-range=10.77.0.50,10.77.0.50,255.255.255.0,1h", "--dhcp-option=6,10.77.0.9",
                    "--dhcp-leasefile=" + directory.resolve("leases"), "--interface=" + TapNamespace.TAP);
            Process web = network.start("python3", "-m", "http.server", "-d", page.getParent().toString(), "8077");
            try (Interaction run = Interaction.onPipes(network.prefix(), List.of("run", "--platform", platform,
                    "--network", "tap=" + TapNamespace.TAP, "--mac", "02:00:00:00:00:77", "--pcap", capture.toString(),
                    BUSYBOX_SOURCE, "--", "busybox", "sh", "-c", script))) {
                assertEquals(0, run.end(), run::text);
                run.expectEnd();
                assertEquals("nameserver 10.77.0.9\nfrom the host\n", run.text());
            } finally {
                names.destroy();
                web.destroy();
            }
            assertTrue(Files.readString(directory.resolve("leases")).contains(" 02:00:00:00:00:77 10.77.0.50 "));
            String frames = network.run("tcpdump", "-nr", capture.toString());
            assertTrue(frames.contains("BOOTP/DHCP, Reply") && frames.contains(HOST + ".8077: Flags [S]"), frames);
        }
    }

    /** RFC 4862 and RFC 8106: both ends ping each other, and the instance finds the server of names and a page. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void routerGivesAddressAndNameServerOfIpv6(String platform) throws Exception {
        String script = """
            until busybox grep fd78 /etc/resolv.conf; do busybox sleep 0.2; done
            until busybox wget -q -O - http://[fd78::1]:8077/ 2> /dev/null; do busybox sleep 0.2; done
            ping -6 -q -c 2 -i 0.1 fd78::1 > /tmp/answers && echo pinged
            busybox ip -6 addr show eth0 | busybox sed -n 's,.*\\(fd78:.*\\)/64.*,\\1,p'
            echo done
            busybox sleep 100
            """;
        try (TapNamespace network = TapNamespace.open(HOST + "/24", "fd78::1/64")) {
            Path page = Files.createDirectory(directory.resolve("www")).resolve("index.html");
            Files.writeString(page, "from the host\n");
            Process router = network.start("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--enable-ra",
                    "--dhcp-range=fd78::,ra-only", "--dhcp-option=option6:dns-server,[fd78::9]",
                    "--interface=" + TapNamespace.TAP);
            Process web = network.start("python3", "-m", "http.server", "--bind", "fd78::1", "-d",
                    page.getParent().toString(), "8077");
            try (Interaction run = Interaction.onPipes(network.prefix(), List.of("run", "--platform", platform,
                    "--network", "tap=" + TapNamespace.TAP, "--ip", GUEST + "/24", PING_SOURCE,
                    "--", "busybox", "sh", "-c", script))) {
                run.expect("nameserver fd78::9\nfrom the host\npinged\nfd78:");
                run.expect("done");
                Matcher address = Pattern.compile("^fd78:[0-9a-f:]+$", Pattern.MULTILINE).matcher(run.text());
                assertTrue(address.find(), run::text);
                network.run("ping", "-q", "-c", "3", "-i", "0.1", "-W", "5", address.group());
            } finally {
                router.destroy();
                web.destroy();
            }
        }
    }

    /** QEMU leaves the device with a header of another length. */
    @Test
    void tapDeviceServesOnePlatformAfterTheOther() throws Exception {
        try (TapNamespace network = TapNamespace.open(HOST + "/24")) {
            for (String platform : List.of("kvm", "linux")) {
                try (Interaction run = atTap(network, List.of("--platform", platform),
                        "until busybox ping -c 1 -W 1 " + HOST + "; do :; done")) {
                    run.expect(" 0% packet loss");
                    assertEquals(0, run.end(), run::text);
                }
            }
        }
    }

    @Test
    void tapDeviceThatIsRemovedIsDown() throws Exception {
        try (TapNamespace network = TapNamespace.open(HOST + "/24");
                Interaction run = atTap(network, List.of(), "busybox ping -c 1 " + HOST + "; until busybox ping -c 1"
                        + " -W 1 " + HOST + " 2>&1 | busybox grep 'Network is down'; do busybox sleep 0.1; done")) {
            run.expect("0% packet loss");
            network.run("ip", "link", "del", TapNamespace.TAP);
            run.expect("Network is down");
            assertEquals(0, run.end(), run::text);
        }
    }

    @Test
    void captureThatCannotGoOnSaysSoOnceAndTheProgramGoesOn() throws Exception {
        String sentence = "demitasse: the capture ends here, its file can take no more\n";
        try (TapNamespace network = TapNamespace.open(HOST + "/24");
                Interaction run = atTap(network, List.of("--pcap", "/dev/full"), "busybox ping -c 3 -i 0.2 " + HOST)) {
            run.expect(sentence);
            run.expect("0% packet loss");
            assertEquals(0, run.end(), run::text);
            assertEquals(run.text().indexOf(sentence), run.text().lastIndexOf(sentence), run::text);
        }
    }

    /** A shell of busybox in an instance with a given address. */
    private static Interaction atTap(TapNamespace network, List<String> options, String script) throws IOException {
        List<String> words = new ArrayList<>(List.of("run", "--network", "tap=" + TapNamespace.TAP, "--ip",
                GUEST + "/24"));
        words.addAll(options);
        words.addAll(List.of(BUSYBOX_SOURCE, "--", "busybox", "sh", "-c", script));
        return Interaction.onPipes(network.prefix(), words);
    }

    @Test
    void tapDeviceThatIsTakenOrNoneIsASentence() throws Exception {
        try (TapNamespace network = TapNamespace.open(HOST + "/24");
                Interaction first = atTap(network, List.of(), "echo ready; busybox sleep 100")) {
            first.expect("ready");
            for (String[] wrong : new String[][] {{TapNamespace.TAP, "in use by another program"},
                {"lo", "not a tap device"}, {"none", "there is no tap device 'none'"}}) {
                Commands.Result result = network.attempt(Commands.root().resolve("demi").toString(), "run", "--network",
                        "tap=" + wrong[0], "--ip", GUEST + "/24", BUSYBOX_SOURCE, "--", "busybox", "true");
                assertEquals(125, result.status(), result.transcript());
                assertTrue(result.errors().contains(wrong[1]), result.transcript());
                assertEquals(1, result.errors().lines().count(), result.transcript());
            }
        }
    }
}

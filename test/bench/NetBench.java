import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same Debian servers twice: natively in a network namespace behind a veth pair, and in an instance behind a TAP
 * device; the same client on the other core asks both in turns. Needs root, and redis-benchmark, wrk and iperf3 on the
 * host. The servers of both come out of one image. {@code -Drounds=}, {@code -Donly=} part of a row's name, and
 * {@code -Dpriority='chrt -r 1'} on a machine that is busy otherwise are for the java command.
 *
 * <p>The second figure of a row is for a second of CPU time that the server and the host's kernel have worked: all that
 * the server's process has used, and the client's time in the kernel, where the other half of a native connection is.
 */
final class NetBench {
    private static final String CLIENT = "demi-bench-client";
    private static final String SERVER = "demi-bench-server";
    private static final String NATIVE = "10.78.0.2";
    private static final String OURS = "10.79.0.2";
    private static final String SERVER_CORE = "0";
    private static final String CLIENT_CORE = "1";
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    /** On a machine that others use as well: {@code chrt -r 1}. */
    private static final String PRIORITY = System.getProperty("priority", "nice -n 0");
    /** Part of the names of the rows to measure. */
    private static final String ONLY = System.getProperty("only", "");
    private static final int START_MS = 2_000;
    private static final double TICKS_PER_S = 100;
    private static final String CONFIGURATION = """
        daemon off; master_process off; error_log stderr; pid /tmp/nginx.pid; user root;
        events { worker_connections 1024; }
        http { access_log off; sendfile on; keepalive_requests 100000000;
        server { listen 80; root /tmp/www; } }
        """;

    private final Path root;
    private final Path work;
    private final List<String[]> rows;
    private String image;
    private Path tree;

    /** What one server did for one client: how much in a second, and in a second of CPU time; and latencies. */
    private record Figure(double rate, double perCpuS, double p50Us, double p99Us) {
    }


    NetBench(Path root, Path work, List<String[]> rows) {
        this.root = root;
        this.work = work;
        this.rows = rows;
    }

    void run() throws Exception {
        image = sh(root.resolve("demi").toString(), "image", "deb:redis-server,nginx-light,iperf3,busybox-static")
                .strip();
        tree = work.resolve("servers");
        sh("fsck.erofs", "--extract=" + tree, image);
        for (String[] device : new String[][] {{"null", "3"}, {"zero", "5"}, {"urandom", "9"}}) {
            sh("mknod", "-m", "666", tree.resolve("dev/" + device[0]).toString(), "c", "1", device[1]);
        }
        try {
            wire();
            redis();
            nginx();
            iperf();
        } finally {
            sh("bash", "-c", "ip netns del " + CLIENT + " 2>/dev/null; ip netns del " + SERVER + " 2>/dev/null; true");
        }
    }

    private void wire() throws Exception {
        for (String line : ("netns add " + CLIENT + "\nnetns add " + SERVER + "\n"
                + "-n " + CLIENT + " link add veth0 type veth peer name veth1 netns " + SERVER + "\n"
                + "-n " + CLIENT + " addr add 10.78.0.1/24 dev veth0\n-n " + CLIENT + " link set veth0 up\n"
                + "-n " + SERVER + " addr add " + NATIVE + "/24 dev veth1\n-n " + SERVER + " link set veth1 up\n"
                + "-n " + SERVER + " link set lo up\n-n " + CLIENT + " link set lo up\n"
                + "-n " + CLIENT + " tuntap add tap0 mode tap\n-n " + CLIENT + " addr add 10.79.0.1/24 dev tap0\n"
                + "-n " + CLIENT + " link set tap0 up").split("\n")) {
            sh(("ip " + line).split(" "));
        }
    }

    private void redis() throws Exception {
        String server = "exec redis-server --bind 0.0.0.0 --protected-mode no --save '' > /tmp/log";
        for (String test : List.of("get", "set")) {
            for (int pipeline : new int[] {1, 16}) {
                int requests = pipeline == 1 ? 150_000 : 800_000;
                compare("redis " + test.toUpperCase() + " -c 50 -P " + pipeline, server, 6379, "/s", address ->
                        List.of("redis-benchmark", "-h", address, "-c", "50", "-P", "" + pipeline, "-n", "" + requests,
                                "-t", test, "--csv"), requests, NetBench::csvRate,
                        pipeline == 1 ? "≥ 1.3×" : "≥ 1.1×");
            }
        }
        compare("redis GET -c 1, ping-pong", server, 6379, "/s", address -> List.of("redis-benchmark", "-h", address,
                "-c", "1", "-n", "30000", "-t", "get", "--csv"), 30_000, NetBench::csvRate, "latency ≤ native");
        compare("redis PING, a connection each", server, 6379, "/s", address -> List.of("redis-benchmark", "-h",
                address, "-k", "0", "-c", "10", "-n", "4000", "-t", "ping_mbulk", "--csv"), 4_000, NetBench::csvRate,
                "≥ 1.3×");
    }

    private void nginx() throws Exception {
        String server = "busybox mkdir -p /tmp/www /var/log/nginx /var/lib/nginx; busybox head -c 612 /dev/zero >"
                + " /tmp/www/small; busybox head -c 1000000 /dev/zero > /tmp/www/large; echo '"
                + CONFIGURATION.replace("\n", " ") + "' > /tmp/nginx.conf; exec nginx -c /tmp/nginx.conf";
        for (String[] load : new String[][] {{"nginx 612 bytes, wrk -c 1", "small", "1", "≥ 1.5×"},
            {"nginx 612 bytes, wrk -c 100", "small", "100", "≥ 1.5×"},
            {"nginx 1 MB files, wrk -c 4", "large", "4", "≥ 1.0×"}}) {
            compare(load[0], server, 80, "/s", address -> List.of("wrk", "-t", "1", "-c", load[2], "-d", "3",
                    "http://" + address + "/" + load[1]), 0,
                    text -> number("Requests/sec:\\s+([0-9.]+)", text), load[3]);
        }
    }

    private void iperf() throws Exception {
        for (String[] load : new String[][] {{"iperf3, to the server", "--parallel=1"},
            {"iperf3, from the server", "--reverse"}}) {
            compare(load[0], "exec iperf3 -s", 0, " Gbit/s", address -> List.of("iperf3", "-c", address, "-t", "3",
                    "--json", load[1]), 0, text -> number("\"sum_received\".*?\"bits_per_second\":\\s*([0-9.e+]+)",
                    text) / 1e9, "≥ 20 Gbit/s or 1.0×");
        }
    }

    private interface Command {
        List<String> to(String address);
    }

    /** Both in turns; the best of each counts. Requests are 0 where the client runs for a time. */
    private void compare(String what, String server, int port, String unit, Command command, long requests,
            ToDoubleFunction<String> rate, String target) throws Exception {
        if (!what.contains(ONLY)) {
            return;
        }
        Figure[] best = new Figure[2];
        for (int round = 0; round < ROUNDS; round++) {
            for (int side = 0; side < 2; side++) {
                Process process = side == 0 ? nativeServer(server) : instance(server);
                try {
                    Figure figure = measure(process, command.to(side == 0 ? NATIVE : OURS),
                            side == 0 ? NATIVE : OURS, port, requests, rate);
                    best[side] = best[side] == null || figure.rate > best[side].rate ? figure : best[side];
                } finally {
                    process.descendants().forEach(ProcessHandle::destroy);
                    process.destroy();
                    process.waitFor();
                }
            }
        }
        rows.add(new String[] {what + ", linux", shown(best[1], unit), "native " + shown(best[0], unit),
            "%.2f×, for each CPU second %.2f×".formatted(best[1].rate / best[0].rate,
                    best[1].perCpuS / best[0].perCpuS), target});
        System.err.println(String.join(" | ", rows.getLast()));
    }

    private static String shown(Figure figure, String unit) {
        String rate = figure.rate < 1000 ? "%.1f".formatted(figure.rate) : "%,.0f".formatted(figure.rate);
        return rate + unit + (figure.p50Us > 0 ? ", p50 %.0f and p99 %.0f µs".formatted(figure.p50Us, figure.p99Us)
                : "");
    }

    private Process nativeServer(String server) throws IOException {
        return start("ip", "netns", "exec", SERVER, "taskset", "-c", SERVER_CORE, "chroot", tree.toString(), "/bin/sh",
                "-c", "export PATH=/usr/sbin:/usr/bin:/sbin:/bin; " + server);
    }

    private Process instance(String server) throws IOException {
        StringBuilder word = new StringBuilder();
        for (byte b : server.getBytes(StandardCharsets.UTF_8)) {
            word.append("%%%02X".formatted(b));
        }
        return start("ip", "netns", "exec", CLIENT, "taskset", "-c", SERVER_CORE,
                root.resolve("assembly/target/demitasse-linux.elf").toString(), image, "memory=268435456"
                + " env=PATH=/usr/sbin:/usr/bin:/sbin:/bin net=tap:tap0 mac=02:00:00:00:00:79 mtu=1500 ip=" + OURS
                + "/24 arg=busybox arg=sh arg=-c arg=" + word);
    }

    private Process start(String... command) throws IOException {
        return new ProcessBuilder(withPriority(List.of(command))).redirectErrorStream(true)
                .redirectOutput(work.resolve("server.log").toFile()).redirectInput(Path.of("/dev/null").toFile())
                .start();
    }

    private Figure measure(Process server, List<String> command, String address, int port, long requests,
            ToDoubleFunction<String> rate) throws Exception {
        awaitPort(address, port);
        double serverBefore = cpuSeconds(server);
        List<String> timed = new ArrayList<>(List.of("ip", "netns", "exec", CLIENT, "taskset", "-c", CLIENT_CORE,
                "bash", "-c", "TIMEFORMAT='in %R user %U kernel %S'; time \"$@\"", "client"));
        timed.addAll(command);
        Process client = new ProcessBuilder(withPriority(timed)).redirectErrorStream(true).start();
        String text = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (client.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + text + Files.readString(work.resolve("server.log")));
        }
        double cpuS = cpuSeconds(server) - serverBefore + number("kernel ([0-9.]+)", text);
        double measured = rate.applyAsDouble(text);
        double work = requests != 0 ? requests : measured * number("in ([0-9.]+) user", text);
        boolean isOne = command.contains("-c") && command.get(command.indexOf("-c") + 1).equals("1");
        return new Figure(measured, work / cpuS, isOne && requests != 0 ? field(text, 4) * 1000 : 0,
                isOne && requests != 0 ? field(text, 6) * 1000 : 0);
    }

    private static List<String> withPriority(List<String> command) {
        List<String> whole = new ArrayList<>(List.of(PRIORITY.split(" ")));
        whole.addAll(command);
        return whole;
    }

    /** iperf3 takes it ill when somebody only knocks: port 0 is given time. */
    private static void awaitPort(String address, int port) throws Exception {
        if (port == 0) {
            Thread.sleep(START_MS);
            return;
        }
        for (int i = 0; i < 200; i++) {
            Process probe = new ProcessBuilder("ip", "netns", "exec", CLIENT, "bash", "-c",
                    "exec 3<>/dev/tcp/" + address + "/" + port).redirectErrorStream(true).start();
            probe.getInputStream().readAllBytes();
            if (probe.waitFor() == 0) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("nobody answers at " + address + ":" + port);
    }

    /** Of a process and its descendants. */
    private static double cpuSeconds(Process process) throws IOException {
        double ticks = 0;
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        process.descendants().forEach(child -> pids.add(child.pid()));
        for (long pid : pids) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks / TICKS_PER_S;
    }

    /** Of redis-benchmark's lines: test, requests a second, and latencies: average, least, p50, p95, p99, most. */
    private static double field(String csv, int index) {
        Matcher line = Pattern.compile("^\"[A-Z_]+\"(,\"[0-9.]+\")+$", Pattern.MULTILINE).matcher(csv);
        if (!line.find()) {
            throw new IllegalStateException(csv);
        }
        return Double.parseDouble(line.group().split(",")[index].replace("\"", ""));
    }

    private static double csvRate(String csv) {
        return field(csv, 1);
    }

    private static double number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static String sh(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(List.of(command) + " ended with " + process.exitValue() + ": " + output);
        }
        return output;
    }
}

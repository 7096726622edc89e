import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The same Debian servers twice: natively in a network namespace behind a veth pair, and in an instance behind a TAP
 * device; the same client on the other core asks both in turns. Needs root, and redis-benchmark, wrk and iperf3 on the
 * host. The servers of both come out of one image. How it is measured, and options: see ServerBench.
 */
final class NetBench {
    private static final String CLIENT = ServerBench.CLIENT;
    private static final String SERVER = "demi-bench-server";
    private static final String NATIVE = "10.78.0.2";
    private static final String OURS = "10.79.0.2";

    private final Path root;
    private final Path work;
    private final ServerBench bench;
    private String image;
    private Path tree;

    NetBench(Path root, Path work, List<String[]> rows) {
        this.root = root;
        this.work = work;
        bench = new ServerBench(work, rows);
    }

    void run() throws Exception {
        image = ServerBench.sh(root.resolve("demi").toString(), "image",
                "deb:redis-server,nginx-light,iperf3,busybox-static").strip();
        tree = work.resolve("servers");
        ServerBench.sh("fsck.erofs", "--extract=" + tree, image);
        for (String[] device : new String[][] {{"null", "3"}, {"zero", "5"}, {"urandom", "9"}}) {
            ServerBench.sh("mknod", "-m", "666", tree.resolve("dev/" + device[0]).toString(), "c", "1", device[1]);
        }
        try {
            wire();
            redis();
            nginx();
            iperf();
        } finally {
            ServerBench.sh("bash", "-c", "ip netns del " + CLIENT + " 2>/dev/null; ip netns del " + SERVER
                    + " 2>/dev/null; true");
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
            ServerBench.sh(("ip " + line).split(" "));
        }
        // Else the ports of a client that makes thousands of connections would be all used up in TIME_WAIT.
        ServerBench.sh("ip", "netns", "exec", CLIENT, "sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535");
    }

    private void redis() throws Exception {
        String server = ServerBench.REDIS;
        for (String test : List.of("get", "set")) {
            for (int pipeline : new int[] {1, 16}) {
                int requests = pipeline == 1 ? 150_000 : 1_500_000;
                compare("redis " + test.toUpperCase() + " -c 50 -P " + pipeline, server, 6379, "/s", address ->
                        List.of("redis-benchmark", "-h", address, "-c", "50", "-P", "" + pipeline, "-n", "" + requests,
                                "-t", test, "--csv"), requests, ServerBench::csvRate,
                        pipeline == 1 ? "≥ 1.3×" : "≥ 1.1×");
            }
        }
        compare("redis GET -c 1, ping-pong", server, 6379, "/s", address -> List.of("redis-benchmark", "-h", address,
                "-c", "1", "-n", "30000", "-t", "get", "--csv"), 30_000, ServerBench::csvRate, "latency ≤ native");
        compare("redis PING, a connection each", server, 6379, "/s", address -> List.of("redis-benchmark", "-h",
                address, "-k", "0", "-c", "10", "-n", "4000", "-t", "ping_mbulk", "--csv"), 4_000, ServerBench::csvRate,
                "≥ 1.3×");
    }

    private void nginx() throws Exception {
        String server = ServerBench.NGINX;
        for (String[] load : new String[][] {{"nginx 612 bytes, wrk -c 1", "small", "1", "≥ 1.5×"},
            {"nginx 612 bytes, wrk -c 100", "small", "100", "≥ 1.5×"},
            {"nginx 1 MB files, wrk -c 4", "large", "4", "≥ 1.0×"}}) {
            compare(load[0], server, 80, "/s", address -> List.of("wrk", "-t", "1", "-c", load[2], "-d", "3",
                    "http://" + address + "/" + load[1]), 0,
                    text -> ServerBench.number("Requests/sec:\\s+([0-9.]+)", text), load[3]);
        }
    }

    private void iperf() throws Exception {
        for (String[] load : new String[][] {{"iperf3, to the server", "--parallel=1"},
            {"iperf3, from the server", "--reverse"}}) {
            compare(load[0], "exec iperf3 -s", 0, " Gbit/s", address -> List.of("iperf3", "-c", address, "-t", "3",
                    "--json", load[1]), 0, text -> ServerBench.number(
                    "\"sum_received\".*?\"bits_per_second\":\\s*([0-9.e+]+)", text) / 1e9, "≥ 20 Gbit/s or 1.0×");
        }
    }

    private void compare(String what, String server, int port, String unit, ServerBench.Command command, long requests,
            ToDoubleFunction<String> rate, String target) throws Exception {
        bench.compare(what + ", linux", new ServerBench.Side("native", NATIVE, () -> nativeServer(server)),
                new ServerBench.Side("", OURS, () -> instance(server)),
                new ServerBench.Load(port, unit, command, requests, rate), target);
    }

    private Process nativeServer(String server) throws IOException {
        return bench.start("ip", "netns", "exec", SERVER, "taskset", "-c", ServerBench.SERVER_CORE, "chroot",
                tree.toString(), "/bin/sh", "-c", "export PATH=/usr/sbin:/usr/bin:/sbin:/bin; " + server);
    }

    private Process instance(String server) throws IOException {
        return bench.start("ip", "netns", "exec", CLIENT, "taskset", "-c", ServerBench.SERVER_CORE,
                root.resolve("assembly/target/demitasse-linux.elf").toString(), image, "memory=268435456"
                + " env=PATH=/usr/sbin:/usr/bin:/sbin:/bin net=tap:tap0 mac=02:00:00:00:00:79 mtu=1500 ip=" + OURS
                + "/24 arg=busybox arg=sh arg=-c arg=" + ServerBench.word(server));
    }
}

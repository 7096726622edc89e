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
 * A server at two sides, asked by the same client in turns, on the two cores of the machine: both sides once in each
 * round, who is first by turns; of each figure the median of the rounds counts. {@code -Drounds=}, {@code -Donly=} part
 * of a row's name, and {@code -Dpriority='chrt -r 1'} on a machine that is busy otherwise are for the java command.
 *
 * <p>The second figure of a row is for a second of CPU time that the server and the host's kernel have worked: all that
 * the server's process has used, and the client's time in the kernel, where the other half of a native connection is.
 */
final class ServerBench {
    static final String CLIENT = "demi-bench-client";
    static final String SERVER_CORE = "0";
    static final String REDIS = "exec redis-server --bind 0.0.0.0 --protected-mode no --save '' > /tmp/log";
    private static final String CONFIGURATION = """
        daemon off; master_process off; error_log stderr; pid /tmp/nginx.pid; user root;
        events { worker_connections 1024; }
        http { access_log off; sendfile on; keepalive_requests 100000000;
        server { listen 80; root /tmp/www; } }
        """;
    static final String NGINX = "busybox mkdir -p /tmp/www /var/log/nginx /var/lib/nginx; busybox head -c 612 /dev/zero"
            + " > /tmp/www/small; busybox head -c 1000000 /dev/zero > /tmp/www/large; echo '"
            + CONFIGURATION.replace("\n", " ") + "' > /tmp/nginx.conf; exec nginx -c /tmp/nginx.conf";
    private static final String CLIENT_CORE = "1";
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    /** On a machine that others use as well: {@code chrt -r 1}. */
    private static final String PRIORITY = System.getProperty("priority", "nice -n 0");
    /** Part of the names of the rows to measure. */
    private static final String ONLY = System.getProperty("only", "");
    private static final int START_MS = 2_000;
    private static final double TICKS_PER_S = 100;

    private final Path work;
    private final List<String[]> rows;

    ServerBench(Path work, List<String[]> rows) {
        this.work = work;
        this.rows = rows;
    }

    interface Starter {
        Process start() throws Exception;
    }

    interface Command {
        List<String> to(String address);
    }

    /** Where a server is, and how it gets there. */
    record Side(String name, String address, Starter starter) {
    }

    /** What the client does. Requests are 0 where it runs for a time, the port is 0 where knocking is no good. */
    record Load(int port, String unit, Command command, long requests, ToDoubleFunction<String> rate) {
    }

    /** What one server did for one client: how much in a second, and in a second of CPU time; and latencies. */
    private record Figure(double rate, double perCpuS, double p50Us, double p99Us) {
    }

    boolean isWanted(String what) {
        return what.contains(ONLY);
    }

    void compare(String what, Side theirs, Side ours, Load load, String target) throws Exception {
        if (!isWanted(what)) {
            return;
        }
        List<Figure> theirFigures = new ArrayList<>();
        List<Figure> ourFigures = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 2 == 0) {
                theirFigures.add(measure(theirs, load));
            }
            ourFigures.add(measure(ours, load));
            if (round % 2 != 0) {
                theirFigures.add(measure(theirs, load));
            }
        }
        Figure their = median(theirFigures);
        Figure our = median(ourFigures);
        rows.add(new String[] {what, shown(our, load.unit), theirs.name + " " + shown(their, load.unit),
            "%.2f×, for each CPU second %.2f×".formatted(our.rate / their.rate, our.perCpuS / their.perCpuS), target});
        System.err.println(String.join(" | ", rows.getLast()));
    }

    private static Figure median(List<Figure> figures) {
        return new Figure(median(figures, Figure::rate), median(figures, Figure::perCpuS),
                median(figures, Figure::p50Us), median(figures, Figure::p99Us));
    }

    private static double median(List<Figure> figures, ToDoubleFunction<Figure> figure) {
        return figures.stream().mapToDouble(figure).sorted().toArray()[figures.size() / 2];
    }

    private Figure measure(Side side, Load load) throws Exception {
        Process process = side.starter.start();
        try {
            return measure(process, load.command.to(side.address), side.address, load.port, load.requests, load.rate);
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.waitFor();
        }
    }

    private static String shown(Figure figure, String unit) {
        String rate = figure.rate < 1000 ? "%.1f".formatted(figure.rate) : "%,.0f".formatted(figure.rate);
        return rate + unit + (figure.p50Us > 0 ? ", p50 %.0f and p99 %.0f µs".formatted(figure.p50Us, figure.p99Us)
                : "");
    }

    Process start(String... command) throws IOException {
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

    static List<String> withPriority(List<String> command) {
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

    static double csvRate(String csv) {
        return field(csv, 1);
    }

    static double number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }

    /** A word of the command line, boot.CommandLine. */
    static String word(String text) {
        StringBuilder word = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            word.append("%%%02X".formatted(b));
        }
        return word.toString();
    }

    static String sh(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(List.of(command) + " ended with " + process.exitValue() + ": " + output);
        }
        return output;
    }
}

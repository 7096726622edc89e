import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The figures of the README: what Demitasse costs and gains against Linux, both measured in one run.
 *
 * <p>Usage: {@code run [name…]} with names out of {@link #ALL}; all of them when none is given. {@code redis},
 * {@code net} and {@code netkvm} need root; for the last two see ServerBench. {@code netkvm}, {@code cloud} and
 * {@code machines} boot Debian's cloud kernel under the same QEMU flags for comparison.
 */
public final class Bench {
    private static final Path HERE = Path.of(System.getProperty("jdk.launcher.sourcefile", "")).toAbsolutePath();
    private static final int INSERTED_ROWS = 60_000;
    private static final int REDIS_REQUESTS = 100_000;
    private static final List<String> REDIS_TESTS = List.of("SET", "GET");
    private static final List<String> ALL = List.of("calls", "system", "start", "sqlite", "redis", "net", "netkvm",
            "boot", "memory", "cloud", "machines", "size", "demi");
    /** What the host must have for a benchmark: programs, and Debian's packages of them where their names differ. */
    private static final Map<String, List<String>> NEEDED = Map.of(
            "start", List.of("fsck.erofs"),
            "sqlite", List.of("sqlite3"),
            "redis", List.of("fsck.erofs"),
            "net", List.of("fsck.erofs", "ip", "redis-benchmark", "wrk", "iperf3"),
            "netkvm", List.of("fsck.erofs", "ip", "redis-benchmark", "wrk", "qemu-system-x86_64", "apt-get"),
            "boot", List.of("qemu-system-x86_64"),
            "memory", List.of("qemu-system-x86_64"),
            "cloud", List.of("qemu-system-x86_64", "apt-get"),
            "machines", List.of("qemu-system-x86_64", "apt-get", "fsck.erofs"));
    private static final Map<String, String> PACKAGES = Map.of("fsck.erofs", "erofs-utils", "ip", "iproute2",
            "redis-benchmark", "redis-tools", "qemu-system-x86_64", "qemu-system-x86");

    private final Path root = projectRoot();
    private final Path work;
    private final List<String[]> rows = new ArrayList<>();

    private Bench(Path work) {
        this.work = work;
    }

    public static void main(String[] names) throws Exception {
        List<String> wanted = names.length > 0 ? Arrays.asList(names) : ALL;
        for (String name : wanted) {
            if (!ALL.contains(name)) {
                fail("there is no benchmark called " + name + ", only " + String.join(", ", ALL));
            }
        }
        String missing = missing(wanted);
        if (!missing.isEmpty()) {
            fail("please " + missing + " first");
        }
        Path work = Files.createTempDirectory("demitasse-bench");
        try {
            new Bench(work).run(wanted);
        } finally {
            try (var files = Files.walk(work)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void fail(String sentence) {
        System.err.println("bench: " + sentence);
        System.exit(1);
    }

    /** What a person has to do before these can run; empty for nothing. */
    private static String missing(List<String> names) {
        List<String> packages = Stream.concat(Stream.of("gcc"), names.stream()
                        .flatMap(name -> NEEDED.getOrDefault(name, List.of()).stream()))
                .filter(program -> Stream.of(System.getenv("PATH").split(":"))
                        .noneMatch(directory -> Files.isExecutable(Path.of(directory, program))))
                .map(program -> PACKAGES.getOrDefault(program, program)).distinct().toList();
        List<String> steps = new ArrayList<>();
        if (!packages.isEmpty()) {
            steps.add("install " + String.join(" ", packages));
        }
        for (String platform : List.of("linux", "kvm")) {
            if (!Files.exists(projectRoot().resolve("assembly/target/demitasse-" + platform + ".elf"))) {
                steps.add("build the kernel for " + platform + " (mvn -DskipTests package)");
            }
        }
        List<String> ofRoot = names.stream().filter(List.of("redis", "net", "netkvm")::contains).toList();
        if (!ofRoot.isEmpty() && !"root".equals(System.getProperty("user.name"))) {
            steps.add("become root, for " + String.join(" and ", ofRoot) + ",");
        }
        return String.join(" and ", steps);
    }

    private void run(List<String> names) throws Exception {
        for (String program : List.of("calls", "system", "hello", "spawn")) {
            Files.createDirectories(work.resolve("root/tmp"));
            sh("gcc", "-O2", "-static", "-o", work.resolve("root/" + program).toString(),
                    root.resolve("test/bench/" + program + ".c").toString());
        }
        for (String name : names) {
            System.err.println("bench: " + name);
            switch (name) {
                case "calls" -> calls();
                case "system" -> system();
                case "start" -> start();
                case "sqlite" -> sqlite();
                case "redis" -> redis();
                case "net" -> new NetBench(root, work, rows).run();
                case "netkvm" -> new KvmNetBench(this, work, rows).run();
                case "boot" -> boot();
                case "memory" -> memory();
                case "cloud" -> cloud();
                case "machines" -> machines();
                case "size" -> size();
                default -> demi();
            }
        }
        print();
    }

    /** getppid and a one-byte pipe, on the host and on the linux platform, by the same binary. */
    private void calls() throws Exception {
        String host = sh(work.resolve("root/calls").toString());
        String ours = sh(linuxKernel(image(work.resolve("root").toString()), "arg=/calls"));
        for (String call : List.of("getppid", "pipe")) {
            double hostNs = figure(host, call);
            double oursNs = figure(ours, call);
            row(call + " on linux", "%.1f ns".formatted(oursNs), "host %.1f ns".formatted(hostNs),
                    "%.1f×".formatted(hostNs / oursNs), "≥ 4×");
        }
    }

    /** What system.c measures, on the host and on the linux platform. */
    private void system() throws Exception {
        String host = sh(work.resolve("root/system").toString());
        String ours = sh(linuxKernel(image(work.resolve("root").toString()), "arg=/system"));
        compare("linux", ours, "host", host, Map.of("thread-futex", "≥ 4×", "process-pipe", "≥ 1×",
                "fork+exit+wait", "≥ 0.7×", "page-fault", "≥ 0.5×", "signal", "≥ 0.8×"));
    }

    /** The same program in two machines under TCG: ours, and Debian's cloud kernel with the program as its init. */
    private void machines() throws Exception {
        Path kernel = cloudKernel();
        if (kernel == null) {
            row("system calls on kvm", "not measured", "apt could not fetch Debian's cloud kernel", "", "");
            return;
        }
        Files.write(work.resolve("system.cpio"), cpioOf("init", Files.readAllBytes(work.resolve("root/system"))));
        List<String> cloud = cloudMachine(kernel, work.resolve("system.cpio"), 512);
        String ours = serial(qemu(image(work.resolve("root").toString()), 256, "/system"));
        compare("kvm", ours, "cloud kernel", serial(cloud),
                Map.of("getppid", "≥ 1.2×", "open+close", "", "pread-4k", ""));
        sqliteInMachines(kernel);
    }

    /** The same Debian sqlite3 in both machines, into a file on the machine's own tmpfs or root in memory. */
    private void sqliteInMachines(Path kernel) throws Exception {
        Path tree = sqliteTree();
        sh("gcc", "-O2", "-static", "-o", tree.resolve("timed").toString(),
                root.resolve("test/bench/timed.c").toString());
        String ours = serial(qemu(image(tree.toString()), 512, "/timed"));
        Files.move(tree.resolve("timed"), tree.resolve("init"));
        Files.write(work.resolve("sqlite.cpio"), cpioOf(tree));
        compare("kvm", ours, "cloud kernel", serial(cloudMachine(kernel, work.resolve("sqlite.cpio"), 512)),
                Map.of("sqlite-60000", ""));
    }

    static byte[] cpioOf(Path tree) throws IOException {
        var archive = new java.io.ByteArrayOutputStream();
        try (var files = Files.walk(tree)) {
            for (Path file : files.filter(one -> !one.equals(tree)).sorted().toList()) {
                String name = tree.relativize(file).toString();
                if (Files.isSymbolicLink(file)) {
                    addTo(archive, name, 0120777, Files.readSymbolicLink(file).toString().getBytes());
                } else if (Files.isDirectory(file)) {
                    addTo(archive, name, 040755, new byte[0]);
                } else {
                    addTo(archive, name, 0100755, Files.readAllBytes(file));
                }
            }
        }
        addTo(archive, "TRAILER!!!", 0, new byte[0]);
        return archive.toByteArray();
    }

    private void compare(String platform, String ours, String peer, String theirs, Map<String, String> targets) {
        List<String> lines = theirs.lines().filter(line -> line.matches("[a-z][-+a-z0-9]* [0-9.]+")).toList();
        if (lines.isEmpty()) {
            row("system on " + platform, "not measured", peer + " did not get so far", "", "");
        }
        for (String line : lines) {
            String call = line.substring(0, line.indexOf(' '));
            double theirsNs = figure(theirs, call);
            double oursNs = figure(ours, call);
            String target = targets.getOrDefault(call, platform.equals("kvm") ? "≥ 1.5×" : "");
            row(call + " on " + platform, time(oursNs), peer + " " + time(theirsNs),
                    "%.2f×".formatted(theirsNs / oursNs), target);
        }
    }

    private static String time(double ns) {
        return ns < 10_000 ? "%.0f ns".formatted(ns) : ns < 1e7 ? "%.0f µs".formatted(ns / 1e3)
                : "%.0f ms".formatted(ns / 1e6);
    }

    /** What a machine prints until it stops by itself; its exit status says nothing. */
    private static String serial(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true).start();
        process.onExit().orTimeout(5, TimeUnit.MINUTES).exceptionally(late -> {
            process.destroyForcibly();
            return process;
        });
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        process.waitFor();
        return output.replace("\r", "");
    }

    /** From exec of the kernel process to its exit, and its peak memory. */
    private void start() throws Exception {
        String image = image("deb:busybox-static");
        Path tree = work.resolve("busybox");
        sh("fsck.erofs", "--extract=" + tree, image);
        String[] ours = spawn("exit", 41, linuxKernel(image, "arg=/bin/busybox arg=true"));
        String[] host = spawn("exit", 41, List.of(tree.resolve("bin/busybox").toString(), "true"));
        row("busybox true on linux", ours[0] + " ms", "host " + host[0] + " ms", "", "≤ 10 ms");
        row("its peak memory", "%.1f MB".formatted(Long.parseLong(ours[1]) / 1024.0), "", "", "≤ 12 MB");
    }

    /** Whole processes of the same Debian sqlite3 insert the same rows on a tmpfs, natively and on linux. */
    private void sqlite() throws Exception {
        Path tree = sqliteTree();
        String image = image(tree.toString());
        Path shared = Files.createTempDirectory(Path.of("/dev/shm"), "demitasse-bench");
        Path script = Files.copy(tree.resolve("insert.sql"), shared.resolve("insert.sql"));
        Path none = Path.of("/dev/null");
        Path database = shared.resolve("db");
        String ours = "arg=sqlite3 arg=/dev/shm/db";
        double[] read = {Double.MAX_VALUE, Double.MAX_VALUE};
        double[] piped = read.clone();
        double[] each = read.clone();
        for (int i = 0; i < 15; i++) {
            Files.deleteIfExists(database);
            least(read, 0, none, List.of("sqlite3", database.toString(), ".read " + script));
            least(read, 1, none, linuxKernel(image, ours + " arg=.read%20/insert.sql"));
            Files.delete(database);
            least(piped, 0, script, List.of("sqlite3", database.toString()));
            least(piped, 1, script, linuxKernel(image, ours));
        }
        Path committing = Files.writeString(work.resolve("committing.sql"),
                insertions().replace("begin;\n", "").replace("commit;\n", ""));
        for (int i = 0; i < 3; i++) {
            Files.delete(database);
            least(each, 0, committing, List.of("sqlite3", database.toString()));
            least(each, 1, committing, linuxKernel(image, ours));
        }
        for (Path file : List.of(database, script, shared)) {
            Files.delete(file);
        }
        sqliteRow("in one transaction, from a script in the file system", read);
        sqliteRow("in one transaction, from a script on standard input", piped);
        sqliteRow("in a transaction each", each);
    }

    private void least(double[] times, int index, Path input, List<String> command) throws Exception {
        times[index] = Math.min(times[index], timeMs(input, command));
    }

    private void sqliteRow(String how, double[] times) {
        row("sqlite3, " + INSERTED_ROWS + " inserts " + how, "%.1f ms".formatted(times[1]),
                "host %.1f ms".formatted(times[0]), "%.3f×".formatted(times[0] / times[1]), "≥ 1.0×");
    }

    /** Debian's sqlite3 with the script beside it, unpacked once. */
    private Path sqliteTree() throws Exception {
        Path tree = work.resolve("sqlite");
        if (!Files.exists(tree)) {
            sh("fsck.erofs", "--extract=" + tree, image("deb:sqlite3"));
            Files.writeString(tree.resolve("insert.sql"), insertions());
        }
        return tree;
    }

    private static String insertions() {
        StringBuilder sql = new StringBuilder("create table t(a integer primary key, b text, c integer);\nbegin;\n");
        for (int i = 0; i < INSERTED_ROWS; i++) {
            sql.append("insert into t values(").append(i).append(",'row number ").append(i).append("',")
                    .append(i * 7919L % 100003).append(");\n");
        }
        return sql.append("commit;\nselect count(*) from t;\n").toString();
    }

    /** Server and benchmark in one instance over a UNIX socket; the same files run natively by chroot. */
    private void redis() throws Exception {
        String image = image("deb:redis-server,redis-tools,dash,coreutils");
        Path tree = work.resolve("redis");
        sh("fsck.erofs", "--extract=" + tree, image);
        String script = "cd /tmp && redis-server --port 0 --unixsocket s --save '' --daemonize yes > log"
                + " && until [ -S s ]; do sleep 0.1; done && redis-benchmark -s s -n " + REDIS_REQUESTS
                + " -c 50 -t set,get --csv && redis-cli -s s shutdown nosave";
        String argument = script.replace("%", "%25").replace(" ", "%20");
        double[] host = {0, 0};
        double[] ours = {0, 0};
        for (int i = 0; i < 3; i++) {
            fasterOf(host, sh("chroot", tree.toString(), "/bin/sh", "-c", script));
            fasterOf(ours, sh(linuxKernel(image, "arg=sh arg=-c arg=" + argument)));
        }
        for (int i = 0; i < 2; i++) {
            row("redis " + REDIS_TESTS.get(i) + " over a UNIX socket", "%.0f/s".formatted(ours[i]),
                    "host %.0f/s".formatted(host[i]), "%.2f×".formatted(ours[i] / host[i]), "≥ 1.3×");
        }
    }

    private static void fasterOf(double[] rates, String csv) {
        for (int i = 0; i < rates.length; i++) {
            String start = '"' + REDIS_TESTS.get(i) + "\",\"";
            String line = csv.lines().filter(text -> text.startsWith(start)).findFirst().orElseThrow();
            rates[i] = Math.max(rates[i], Double.parseDouble(line.substring(start.length()).split("\"")[0]));
        }
    }

    /** From the start of QEMU to the first output of a static hello. */
    private void boot() throws Exception {
        String image = image(work.resolve("root").toString());
        String[] ours = spawn("output", 15, qemu(image, 64, "/hello"));
        row("kvm (TCG, microvm): start to hello", ours[0] + " ms", "", "", "≤ 150 ms");
    }

    /** The smallest memory in which hello still runs. */
    private void memory() throws Exception {
        String image = image(helloOnly().toString());
        int megabytes = 64;
        while (megabytes > 1 && saysHello(qemu(image, megabytes - 1, "/hello"))) {
            megabytes--;
        }
        row("kvm: smallest memory for hello", megabytes + " MB", "", "", "≤ 8 MB");
    }

    /** Debian's cloud kernel with the same hello as its init, under the same QEMU. */
    private void cloud() throws Exception {
        Path kernel = cloudKernel();
        if (kernel == null) {
            row("Debian's cloud kernel: start to hello", "not measured", "apt could not fetch it", "", "");
            return;
        }
        Files.write(work.resolve("cloud.cpio"), cpioOf("init", Files.readAllBytes(work.resolve("root/hello"))));
        List<String> command = cloudMachine(kernel, work.resolve("cloud.cpio"), 512);
        String[] cloud = spawn("output", 3, command);
        int megabytes = 128;
        while (megabytes > 8) {
            command.set(command.size() - 1, Integer.toString(megabytes - 8));
            if (!saysHello(command)) {
                break;
            }
            megabytes -= 8;
        }
        row("Debian's cloud kernel (TCG, q35): start to hello", cloud[0] + " ms", "", "", "3.3 s reported");
        row("Debian's cloud kernel: smallest memory", megabytes + " MB", "", "", "72 MB reported");
    }

    static List<String> cloudMachine(Path kernel, Path archive, int megabytes) {
        return new ArrayList<>(List.of("qemu-system-x86_64", "-accel", "tcg", "-cpu", "max",
                "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-M", "q35",
                "-kernel", kernel.toString(), "-initrd", archive.toString(),
                // On a busy host, the timer that Linux would check may come too late.
                "-append", "console=ttyS0 quiet panic=-1 no_timer_check", "-m", "" + megabytes));
    }

    /** An archive of one program in the "newc" format, cpio(5): what Linux takes as its first root file system. */
    static byte[] cpioOf(String name, byte[] content) {
        var archive = new java.io.ByteArrayOutputStream();
        addTo(archive, name, 0100755, content);
        addTo(archive, "TRAILER!!!", 0, new byte[0]);
        return archive.toByteArray();
    }

    private static void addTo(java.io.ByteArrayOutputStream archive, String name, int mode, byte[] content) {
        String header = "070701" + "%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x".formatted(
                archive.size(), mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length() + 1, 0);
        archive.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
        archive.writeBytes(new byte[-archive.size() & 3]);
        archive.writeBytes(content);
        archive.writeBytes(new byte[-archive.size() & 3]);
    }

    private void size() throws IOException {
        for (String platform : List.of("linux", "kvm")) {
            long bytes = Files.size(root.resolve("assembly/target/demitasse-" + platform + ".elf"));
            row("kernel image for " + platform, "%.2f MB".formatted(bytes / 1e6), "", "", "≤ 1.5 MB");
        }
    }

    /** What the tool adds to the program's own time when everything is in its cache. */
    private void demi() throws Exception {
        String source = "deb:busybox-static";
        String[] kernel = spawn("exit", 11, linuxKernel(image(source), "arg=/bin/busybox arg=true"));
        String[] tool = spawn("exit", 11, List.of(root.resolve("demi").toString(), "run", source, "--", "busybox",
                "true"));
        row("demi run, warm, over the program's time",
                "%.0f ms".formatted(Double.parseDouble(tool[0]) - Double.parseDouble(kernel[0])), "", "", "≤ 300 ms");
    }

    private List<String> linuxKernel(String image, String commandLine) {
        return List.of(root.resolve("assembly/target/demitasse-linux.elf").toString(), image,
                "memory=268435456 env=PATH=/usr/bin:/bin " + commandLine);
    }

    List<String> qemu(String image, int megabytes, String program) {
        return new ArrayList<>(List.of("qemu-system-x86_64", "-M",
                "microvm,acpi=off,pic=off,pit=off,rtc=off,isa-serial=on", "-accel", "tcg", "-cpu", "max",
                "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-device",
                "isa-debug-exit,iobase=0xf4,iosize=0x04", "-m", Integer.toString(megabytes), "-kernel",
                root.resolve("assembly/target/demitasse-kvm.elf").toString(), "-initrd", image, "-append",
                "epoch=" + System.currentTimeMillis() * 1_000_000 + " arg=" + program));
    }

    private Path helloOnly() throws IOException {
        Path directory = Files.createDirectories(work.resolve("hello"));
        Files.createDirectories(directory.resolve("tmp"));
        Files.copy(work.resolve("root/hello"), directory.resolve("hello"));
        return directory;
    }

    Path cloudKernel() throws Exception {
        Path directory = Files.createDirectories(work.resolve("kernel"));
        try {
            String name = shell("apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head "
                    + "-1").strip();
            shell("cd " + directory + " && apt-get download -qq " + name + " 2>/dev/null && dpkg-deb -x *.deb tree");
            return Path.of(shell("ls " + directory + "/tree/boot/vmlinuz-*").strip());
        } catch (IllegalStateException unavailable) {
            return null;
        }
    }

    private boolean saysHello(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile()).start();
        byte[] output = new byte[0];
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && (process.isAlive() || process.getInputStream().available() > 0)) {
            int available = process.getInputStream().available();
            if (available > 0) {
                byte[] more = process.getInputStream().readNBytes(available);
                output = Arrays.copyOf(output, output.length + more.length);
                System.arraycopy(more, 0, output, output.length - more.length, more.length);
                if (new String(output, StandardCharsets.ISO_8859_1).contains("hello")) {
                    break;
                }
            }
            Thread.sleep(5);
        }
        process.destroyForcibly().waitFor();
        return new String(output, StandardCharsets.ISO_8859_1).contains("hello");
    }

    private String[] spawn(String mode, int rounds, List<String> command) throws Exception {
        List<String> all = new ArrayList<>(List.of(work.resolve("root/spawn").toString(), mode, "" + rounds));
        all.addAll(command);
        return sh(all).strip().split(" ");
    }

    String image(String source) throws Exception {
        return sh(root.resolve("demi").toString(), "image", source).strip();
    }

    private double timeMs(Path input, List<String> command) throws Exception {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectInput(input.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        double passed = (System.nanoTime() - start) / 1e6;
        if (status != 0 || !output.contains("" + INSERTED_ROWS)) {
            throw new IllegalStateException(command + " ended with " + status + ": " + output);
        }
        return passed;
    }

    private String shell(String script) throws Exception {
        return sh("bash", "-c", script);
    }

    private String sh(String... command) throws Exception {
        return sh(List.of(command));
    }

    private String sh(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectInput(Path.of("/dev/null").toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + " ended with " + process.exitValue() + ": " + output);
        }
        return output;
    }

    private static double figure(String output, String name) {
        for (String line : output.lines().toList()) {
            if (line.startsWith(name + " ")) {
                return Double.parseDouble(line.substring(name.length() + 1).strip());
            }
        }
        throw new IllegalStateException("no figure for " + name + " in: " + output);
    }

    private void row(String... cells) {
        rows.add(cells);
    }

    private void print() {
        System.out.println("| what | measured | against | ratio | target |");
        System.out.println("|---|---|---|---|---|");
        for (String[] row : rows) {
            System.out.println(String.format(Locale.ROOT, "| %s |", String.join(" | ", row)));
        }
    }

    private static Path projectRoot() {
        Path directory = HERE.getParent();
        while (!Files.exists(directory.resolve("demi"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}

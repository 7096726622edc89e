import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The same Debian servers in two machines under QEMU's TCG, ours and Debian's cloud kernel, each at a TAP device of the
 * client's namespace. Needs root, and redis-benchmark and wrk on the host. How it is measured: see ServerBench.
 */
final class KvmNetBench {
    private static final String OURS = "10.80.0.2";
    private static final String CLOUD = "10.81.0.2";
    private static final String OUR_MAC = "02:00:00:00:00:80";
    private static final String CLOUD_MAC = "02:00:00:00:00:81";
    /** In the order in which they need each other: Debian has them as modules. */
    private static final List<String> MODULES = List.of("drivers/virtio/virtio_ring", "drivers/virtio/virtio",
            "drivers/virtio/virtio_pci_modern_dev", "drivers/virtio/virtio_pci_legacy_dev", "drivers/virtio/virtio_pci",
            "net/core/failover", "drivers/net/net_failover", "drivers/net/virtio_net");
    private static final String INIT = """
        #!/usr/bin/busybox sh
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        for call in "mkdir -p /proc /sys /dev /tmp" "mount -t proc none /proc" "mount -t sysfs none /sys" \\
            "mount -t devtmpfs none /dev" "ip link set lo up"; do busybox $call; done
        for module in /modules/*; do busybox insmod $module; done
        busybox ip addr add %s/24 dev eth0; busybox ip link set eth0 up
        . /server
        """;
    /** Without a shell in front, which Linux needs for its set-up: the same as ServerBench.REDIS. */
    private static final String REDIS = "/usr/bin/redis-server arg=--bind arg=0.0.0.0 arg=--protected-mode arg=no"
            + " arg=--save arg=";
    private static final String SHELL = "usr/bin/busybox";
    private static final String FULL_SOURCE = "deb:redis-server,nginx-light,busybox-static";
    private static final int FULL_MEGABYTES = 512;
    private static final int MEMORY_MAX_MEGABYTES = 512;

    private final Bench machines;
    private final Path work;
    private final List<String[]> rows;
    private final ServerBench bench;
    private Path kernel;

    KvmNetBench(Bench machines, Path work, List<String[]> rows) {
        this.machines = machines;
        this.work = work;
        this.rows = rows;
        bench = new ServerBench(work, rows);
    }

    void run() throws Exception {
        kernel = machines.cloudKernel();
        if (kernel == null) {
            rows.add(new String[] {"servers on kvm", "not measured", "apt could not fetch Debian's cloud kernel", "",
                ""});
            return;
        }
        try {
            wire();
            startAndMemory();
            load();
        } finally {
            ServerBench.sh("bash", "-c", "ip netns del " + ServerBench.CLIENT + " 2>/dev/null; true");
        }
    }

    /** The neighbours are known before they are there: asking for them in vain would take seconds. */
    private void wire() throws Exception {
        ServerBench.sh("ip", "netns", "add", ServerBench.CLIENT);
        for (String[] tap : new String[][] {{"tap0", "10.80.0.1/24", OURS, OUR_MAC},
            {"tap1", "10.81.0.1/24", CLOUD, CLOUD_MAC}}) {
            for (String line : ("tuntap add " + tap[0] + " mode tap\naddr add " + tap[1] + " dev " + tap[0]
                    + "\nlink set " + tap[0] + " up\nneigh add " + tap[2] + " lladdr " + tap[3] + " dev " + tap[0])
                    .split("\n")) {
                ServerBench.sh(("ip -n " + ServerBench.CLIENT + " " + line).split(" "));
            }
        }
    }

    private void startAndMemory() throws Exception {
        Path all = extracted("deb:redis-server,busybox-static");
        Path tree = redisOnly(all);
        String image = machines.image(tree.toString());
        Files.copy(all.resolve(SHELL), tree.resolve(SHELL));
        String archive = cloudArchive(tree);
        String start = "kvm (TCG): QEMU's start to redis answering";
        if (bench.isWanted(start)) {
            double ms = firstAnswerMs(OURS, 9, ours(image, 64, REDIS));
            double cloudMs = firstAnswerMs(CLOUD, 3, cloud(archive, FULL_MEGABYTES, ServerBench.REDIS));
            add(start, "%.0f ms".formatted(ms), "%.0f ms".formatted(cloudMs), cloudMs / ms, "≤ 500 ms");
        }
        String memory = "kvm: smallest memory for redis";
        if (bench.isWanted(memory)) {
            int megabytes = smallest(OURS, size -> ours(image, size, REDIS));
            int cloudMegabytes = smallest(CLOUD, size -> cloud(archive, size, ServerBench.REDIS));
            add(memory, megabytes + " MB", cloudMegabytes + " MB", (double) cloudMegabytes / megabytes, "≤ 32 MB");
        }
    }

    /** What a root file system needs for redis: the program, and the libraries that its loader names. */
    private Path redisOnly(Path all) throws Exception {
        Path tree = work.resolve("redis-only");
        ServerBench.sh("bash", "-c", """
            all=$1 tree=$2
            mkdir -p $tree/usr/{bin,lib64,lib/x86_64-linux-gnu} $tree/{dev,proc,sys,tmp}
            for link in bin lib lib64; do ln -s usr/$link $tree/$link; done
            for file in /usr/bin/redis-server \
                $(chroot $all /lib64/ld-linux-x86-64.so.2 --list /usr/bin/redis-server | grep -o '/l[^ ]*'); do
                cp -L $all$file $tree$file
            done
            """, "redis-only", all.toString(), tree.toString());
        return tree;
    }

    private Path extracted(String source) throws Exception {
        Path tree = work.resolve(source.replaceAll("\\W", "-"));
        ServerBench.sh("fsck.erofs", "--extract=" + tree, machines.image(source));
        return tree;
    }

    private void load() throws Exception {
        String image = machines.image(FULL_SOURCE);
        String archive = cloudArchive(extracted(FULL_SOURCE));
        for (String test : List.of("get", "set")) {
            for (int pipeline : new int[] {1, 16}) {
                int requests = pipeline == 1 ? 20_000 : 100_000;
                compare("redis " + test.toUpperCase() + " -c 50 -P " + pipeline, image, archive, ServerBench.REDIS,
                        new ServerBench.Load(6379, "/s", address -> List.of("redis-benchmark", "-h", address, "-c",
                                "50", "-P", "" + pipeline, "-n", "" + requests, "-t", test, "--csv"), requests,
                                ServerBench::csvRate), pipeline == 1 ? "≥ 3×" : "≥ 1.5×");
            }
        }
        compare("nginx 612 bytes, wrk -c 100", image, archive, ServerBench.NGINX, new ServerBench.Load(80, "/s",
                address -> List.of("wrk", "-t", "1", "-c", "100", "-d", "3", "http://" + address + "/small"), 0,
                text -> ServerBench.number("Requests/sec:\\s+([0-9.]+)", text)), "≥ 3×");
    }

    private void compare(String what, String image, String archive, String server, ServerBench.Load load,
            String target) throws Exception {
        bench.compare(what + ", kvm", new ServerBench.Side("cloud kernel", CLOUD,
                () -> start(cloud(archive, FULL_MEGABYTES, server))),
                new ServerBench.Side("", OURS, () -> start(ours(image, FULL_MEGABYTES, byShell(server)))), load,
                target);
    }

    /** On both cores: with a real-time priority and one core, the thread that computes would stop QEMU's clocks. */
    private Process start(List<String> machine) throws Exception {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", ServerBench.CLIENT));
        command.addAll(machine);
        return bench.start(command.toArray(new String[0]));
    }

    private static String byShell(String server) {
        return "/usr/bin/busybox arg=sh arg=-c arg=" + ServerBench.word(server);
    }

    private List<String> ours(String image, int megabytes, String program) {
        List<String> command = machines.qemu(image, megabytes, program
                + " env=PATH=/usr/sbin:/usr/bin:/sbin:/bin ip=" + OURS + "/24");
        command.addAll(List.of("-global", "virtio-mmio.force-legacy=false", "-netdev", tap("tap0"), "-device",
                "virtio-net-device,netdev=net,host_mtu=1500,mac=" + OUR_MAC));
        return command;
    }

    /** The server's script is an archive of its own behind the other: Linux unpacks both. */
    private List<String> cloud(String archive, int megabytes, String server) throws Exception {
        Path initial = work.resolve("server.cpio");
        Files.copy(Path.of(archive), initial, StandardCopyOption.REPLACE_EXISTING);
        Files.write(initial, Bench.cpioOf("server", server.getBytes()), java.nio.file.StandardOpenOption.APPEND);
        List<String> command = Bench.cloudMachine(kernel, initial, megabytes);
        command.addAll(List.of("-netdev", tap("tap1"), "-device",
                "virtio-net-pci,netdev=net,host_mtu=1500,mac=" + CLOUD_MAC));
        return command;
    }

    private static String tap(String name) {
        return "tap,id=net,ifname=" + name + ",script=no,downscript=no,vhost=off";
    }

    private String cloudArchive(Path tree) throws Exception {
        Path archive = work.resolve(tree.getFileName() + ".cpio");
        Files.createDirectories(tree.resolve("modules"));
        Path drivers;
        try (var found = Files.list(work.resolve("kernel/tree/lib/modules"))) {
            drivers = found.findFirst().orElseThrow().resolve("kernel");
        }
        for (int i = 0; i < MODULES.size(); i++) {
            Files.copy(drivers.resolve(MODULES.get(i) + ".ko"), tree.resolve("modules/" + i));
        }
        Files.writeString(tree.resolve("init"), INIT.formatted(CLOUD));
        Files.write(archive, Bench.cpioOf(tree));
        return archive.toString();
    }

    private double firstAnswerMs(String address, int rounds, List<String> machine) throws Exception {
        return Double.parseDouble(spawned(address, rounds, machine).split(" ")[0]);
    }

    private String spawned(String address, int rounds, List<String> machine) throws Exception {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", ServerBench.CLIENT,
                work.resolve("root/spawn").toString(), address, "" + rounds));
        command.addAll(machine);
        return ServerBench.sh(ServerBench.withPriority(command).toArray(new String[0])).strip();
    }

    private interface Machine {
        List<String> of(int megabytes) throws Exception;
    }

    private int smallest(String address, Machine machine) throws Exception {
        int tooLittle = 1;
        int enough = MEMORY_MAX_MEGABYTES;
        while (enough - tooLittle > 1) {
            int megabytes = (tooLittle + enough) / 2;
            try {
                spawned(address, 1, machine.of(megabytes));
                enough = megabytes;
            } catch (IllegalStateException failed) {
                tooLittle = megabytes;
            }
        }
        return enough;
    }

    private void add(String what, String ours, String cloud, double ratio, String target) {
        rows.add(new String[] {what, ours, "cloud kernel " + cloud, "%.1f×".formatted(ratio), target});
        System.err.println(String.join(" | ", rows.getLast()));
    }
}

package demitasse.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.tar.TarBytes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as a process of its own, with a script in the kernel's place that shows what it was given. */
class DemiTest {
    private record Result(int status, String output, String errors) {
    }

    @TempDir
    Path directory;
    private Path root;

    @BeforeEach
    void install() throws Exception {
        root = Files.createDirectories(directory.resolve("root"));
        Files.createDirectory(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "alice:x:1000:1001::/home/alice:\n");
        Files.createDirectory(temporary());
        Files.createDirectory(programs());
        Path kernel = directory.resolve("assembly/target/demitasse-linux.elf");
        Files.createDirectories(kernel.getParent());
        Files.writeString(kernel, """
            #!/bin/bash
            PATH=/usr/bin:/bin
            echo "$2"
            echo "open: $(ls /proc/self/fd | wc -l) blocked: $(grep SigBlk /proc/self/status)" >&2
            cat
            exit 7
            """);
        assertTrue(kernel.toFile().setExecutable(true));
    }

    @Test
    void programsStatusAndStreamsAreTheKernels() throws Exception {
        Result result = demi("run", root.toString(), "--", "prog", "a b");
        assertEquals(7, result.status());
        assertTrue(result.output().endsWith("\ninput"), result.output());
        assertTrue(result.output().startsWith("memory=268435456 arg=prog arg=a%20b env=PATH="), result.output());
        // 0, 1, 2, and the directory that ls lists.
        assertTrue(result.errors().contains("open: 4 blocked: SigBlk:\t0000000000000000"), result.errors());
    }

    @Test
    void optionsReachTheKernel() throws Exception {
        Result result = demi("run", "-e", "A=1", "--env", "PATH=/p", "-w", "/tmp", "-u", "alice", "--memory=64M",
                "--strace", root.toString(), "prog", "-x");
        assertTrue(result.output().startsWith("memory=67108864 arg=prog arg=-x env=PATH=/p env=HOSTNAME=demi env=A=1"
                + " env=HOME=/home/alice cwd=/tmp user=1000:1001 hostname=demi strace=1 init=1\n"), result.output());
    }

    @Test
    void imageDoesNotTakeVariablesOfTheHost() throws Exception {
        Path layout = Files.createDirectories(directory.resolve("layout/blobs/sha256")).getParent().getParent();
        Files.writeString(layout.resolve("oci-layout"), "{}");
        String config = blob(layout, "{\"config\":{\"Cmd\":[\"prog\"],"
                + "\"Env\":[\"XDG_CACHE_HOME\",\"=x\",\"\",\"A=1=2\\n\"]}}");
        String manifest = blob(layout, "{\"config\":" + config + ",\"layers\":[]}");
        Files.writeString(layout.resolve("index.json"), "{\"manifests\":[" + manifest + "]}");
        Result result = demi("run", layout.toString());
        assertTrue(result.output().contains(" env=HOSTNAME=demi env=A=1=2%0A env=HOME="), result.output());
        assertTrue(demi("run", "-e", "XDG_CACHE_HOME", layout.toString()).output().contains(" env=XDG_CACHE_HOME=/"));
    }

    /** Adds a blob to an OCI layout; returns its descriptor. */
    private static String blob(Path layout, String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        Files.write(layout.resolve("blobs/sha256").resolve(digest), bytes);
        return "{\"digest\":\"sha256:" + digest + "\",\"size\":" + bytes.length + "}";
    }

    @ParameterizedTest
    @CsvSource({"run ROOT, does not say what to run", "run --bad ROOT, there is no option --bad",
        "run --memory x ROOT -- p, is not a memory size", "run --memory 4K ROOT -- p, must be between",
        "run --platform z ROOT -- p, there is no platform", "run --machine z ROOT -- p, there is no machine",
        "run /no/such -- p, there is no file or directory", "run -w x ROOT -- p, must start with a slash",
        "run -u bob ROOT -- p, there is no user 'bob'", "run -e =x ROOT -- p, is not a variable",
        "run --memory, needs a value", "run, run needs SOURCE", "bogus, there is no command", "rmi none, no image",
        "images x, does not take", "run --debug=1 ROOT -- p, takes no value", "run TEXT -- p, is not a tar archive",
        "run EMPTY -- p, is truncated", "run CUT -- p, is truncated", "run --platform kvm ROOT -- p, cannot be read",
        "run --network x ROOT -- p, there is no network 'x'",
        "run --network tap= ROOT -- p, there is no network 'tap='",
        "run --network tap=a/b ROOT -- p, is no name", "run --network tap=demi-none ROOT -- p, ip tuntap add demi-none",
        "run --network tap=lo ROOT -- p, lo", "run -p 1:1 --network none ROOT -- p, without a network",
        "run -p 1:1 --network tap=t ROOT -- p, an address of its own", "run --ip 1.2.3.4/8 ROOT -- p, --ip is for",
        "run --network passt --ip dhcp ROOT -- p, --ip is for",
        "run --mac 02:00:00:00:00:01 ROOT -- p, needs a network",
        "run --dns 1.2.3.4 ROOT -- p, needs a network", "run --pcap f ROOT -- p, needs a network",
        "run --network tap=t --ip 1.2.3.4 ROOT -- p, no address with the bits",
        "run --network tap=t --ip 1.2.3.4/33 ROOT -- p, no address with the bits",
        "run --network tap=t --ip 1.2.3.256/8 ROOT -- p, no address with the bits",
        "'run --network tap=t --ip 1.2.3.4/8,gateway= ROOT -- p', no address of a gateway",
        "'run --network tap=t --ip dhcp,gateway=1.2.3.4 ROOT -- p', a DHCP server tells the gateway itself",
        "'run --network tap=t --ip 1.2.3.4/8 --ip 1.2.3.5/8 ROOT -- p', two addresses of IPv4",
        "'run --network tap=t --ip fd00::2/64,fd00::3/64 ROOT -- p', two addresses of IPv6",
        "'run --network tap=t --ip 1.2.3.4/8,gateway=fe80::1 ROOT -- p', needs an address of its kind",
        "run --network tap=t --ip fd00::2 ROOT -- p, no address with the bits",
        "run --network tap=t --ip fd00::2/129 ROOT -- p, no address with the bits",
        "run --network tap=t --ip fd00:::2/64 ROOT -- p, no address with the bits",
        "run --network tap=t --ip ::ffff:1.2.3.4/120 ROOT -- p, no address with the bits",
        "run --network tap=t --ip fe80::2%1/64 ROOT -- p, no address with the bits",
        "run --network tap=t --ip ff02::2/64 ROOT -- p, no address with the bits",
        "'run -p [::1]:1:1 -p 127.0.0.1:1:2 ROOT -- p', published twice",
        "run --network tap=t --dns x ROOT -- p, no address of a name server",
        "run --network tap=t --dns fd00: ROOT -- p, no address of a name server",
        "run --network tap=t --mac 01:00:00:00:00:01 ROOT -- p, no Ethernet address",
        "run --network tap=t --mac 2:0:0:0:0:1 ROOT -- p, no Ethernet address",
        "run --network tap=t --mac 00:00:00:00:00:00 ROOT -- p, no Ethernet address",
        "run --network tap=t --pcap /no/such ROOT -- p, cannot be written"})
    void everyMistakeIsOneSentenceAnd125(String words, String part) throws Exception {
        fake("qemu-system-x86_64", "exit 1");
        Path text = Files.writeString(directory.resolve("text"), "no archive\n".repeat(100));
        Path empty = Files.createFile(directory.resolve("empty"));
        byte[] tar = TarBytes.archive(TarBytes.file("f", "content"));
        Path cut = Files.write(directory.resolve("cut"), java.util.Arrays.copyOf(tar, 700));
        String filled = words.replace("ROOT", root.toString()).replace("TEXT", text.toString())
                .replace("EMPTY", empty.toString()).replace("CUT", cut.toString());
        Result result = demi(filled.split(" "));
        assertSentence(result, part);
    }

    @ParameterizedTest
    @CsvSource({"run --platform kvm ROOT -- p, needs qemu-system-x86_64, Debian package qemu-system-x86",
        "run deb:bash -- bash, need apt-get, Debian package apt",
        "run -p 127.0.0.1:8080:80 ROOT -- p, need the program passt, Debian package passt",
        "run --dry-run -p 127.0.0.1:8080:80 ROOT -- p, need the program passt, Debian package passt"})
    void programThatIsMissingIsNamed(String words, String program, String packageName) throws Exception {
        Result result = demi(words.replace("ROOT", root.toString()).split(" "));
        assertSentence(result, program);
        assertTrue(result.errors().contains(packageName), result.errors());
    }

    @Test
    void dryRunWithPortsStartsNothing() throws Exception {
        fake("passt", "touch " + directory.resolve("started"));
        Result result = demi("run", "--dry-run", "-p", "127.0.0.1:8080:80", root.toString(), "--", "prog");
        assertEquals(0, result.status(), result.errors());
        List<String> lines = result.output().lines().toList();
        assertEquals(2, lines.size(), result.output());
        assertTrue(lines.get(0).startsWith(programs() + "/passt ") && lines.get(0).endsWith("-t 127.0.0.1/8080:80"),
                result.output());
        assertTrue(lines.get(1).contains("demitasse-linux.elf ") && lines.get(1).contains(" net="), result.output());
        assertFalse(Files.exists(directory.resolve("started")));
        assertNothingIsLeft();
    }

    @Test
    void dryRunShowsATapDeviceThatNeedNotBeThere() throws Exception {
        Result result = demi("run", "--dry-run", "--network", "tap=demi-none", "--ip", "10.1.2.3/16,gateway=10.1.0.1",
                "--dns", "10.1.0.1", "--dns", "10.1.0.2", "--mac", "02:00:00:00:00:01", "--pcap", "frames",
                root.toString(), "--", "prog");
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.output().contains(" ip=10.1.2.3/16 ip6=auto gateway=10.1.0.1 dns=10.1.0.1,10.1.0.2"
                + " init=1 net=tap:demi-none mtu=1500 mac=02:00:00:00:00:01  "), result.output());
        assertTrue(result.output().endsWith("/frames\n"), result.output());
    }

    @ParameterizedTest
    @CsvSource({"'--ip 10.1.2.3/16,fd00::2/64,gateway=fe80::1,gateway=10.1.0.1',"
        + " ' ip=10.1.2.3/16 ip6=auto gateway=10.1.0.1 address6=fd00::2/64 gateway6=fe80::1 dns=fd00::1 '",
        "--ip fd00::2/64 --ip dhcp, ' ip=dhcp ip6=auto address6=fd00::2/64 dns=fd00::1 '",
        "--ip fd00::2/64, ' hostname=demi ip6=auto address6=fd00::2/64 dns=fd00::1 '"})
    void addressesOfBothKindsReachTheKernel(String options, String words) throws Exception {
        Result result = demi(("run --dry-run --network tap=demi-none --dns fd00::1 " + options + " " + root + " -- p")
                .split(" "));
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.output().contains(words), result.output());
    }

    @Test
    void portInUseIsASentenceAndStartsNothing() throws Exception {
        fake("passt", "touch " + directory.resolve("started"));
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertSentence(demi("run", "-p", "127.0.0.1:" + taken.getLocalPort() + ":80", root.toString(), "prog"),
                    "port " + taken.getLocalPort() + " cannot be published");
        }
        assertFalse(Files.exists(directory.resolve("started")));
    }

    @Test
    void passtsOwnRefusalIsPassedOn() throws Exception {
        fake("passt", "echo chatter; echo no luck >&2; exit 1");
        assertSentence(demi("run", "-p", "127.0.0.1:0:80", root.toString(), "prog"), "does not say which port");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        assertSentence(demi("run", "-p", "127.0.0.1:" + port + ":80", root.toString(), "prog"),
                "passt has not started: no luck");
        fake("passt", "echo No external routable interface for IPv6; echo Failed to bind >&2; exit 1");
        assertSentence(demi("run", "-p", "[::1]:" + port + ":80", root.toString(), "prog"),
                "passt finds no default route of IPv6");
    }

    @Test
    void imagesAreListedAndRemoved() throws Exception {
        Path image = Path.of(demi("image", root.toString()).output().strip());
        assertTrue(Files.exists(image));
        String listed = demi("images").output();
        assertTrue(listed.startsWith("NAME") && listed.contains(root.toString()), listed);
        assertEquals(0, demi("rmi", root.toString()).status());
        assertFalse(Files.exists(image));
        assertEquals(1, demi("images").output().lines().count());
    }

    @Test
    void helpIsNoMistake() throws Exception {
        assertEquals(0, demi("--help").status());
        assertTrue(demi("run", "--help").output().contains("--strace[=FILE]"));
        assertTrue(demi("version").output().startsWith("demi "));
    }

    private void assertSentence(Result result, String part) throws IOException {
        assertEquals(125, result.status());
        assertEquals("", result.output());
        assertTrue(result.errors().startsWith("demi: ") && result.errors().contains(part), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertNothingIsLeft();
    }

    /** The cache is meant to stay, but no temporary file. */
    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(temporary())) {
            assertEquals(List.of(), files.toList());
        }
    }

    private void fake(String name, String script) throws IOException {
        Path program = Files.writeString(programs().resolve(name), "#!/bin/bash\nPATH=/usr/bin:/bin\n" + script);
        assertTrue(program.toFile().setExecutable(true));
    }

    private Path temporary() {
        return directory.resolve("temporary");
    }

    /** All that PATH names: nothing of the host. */
    private Path programs() {
        return directory.resolve("programs");
    }

    private Result demi(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "-Ddemi.home=" + directory, "-Djava.io.tmpdir=" + temporary(), "-cp",
                System.getProperty("java.class.path"), "demitasse.tools.cli.Demi"));
        command.addAll(List.of(words));
        Path input = Files.writeString(directory.resolve("input"), "input");
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(input.toFile())
                .redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("PATH", programs().toString());
        builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        int status = builder.start().waitFor();
        return new Result(status, Files.readString(output), Files.readString(errors));
    }
}

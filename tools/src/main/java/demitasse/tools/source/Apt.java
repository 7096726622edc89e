package demitasse.tools.source;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * apt-get on a private state: an empty list of installed packages, so that all dependencies are resolved, and
 * our own caches, so that nothing of the host is changed. The host's sources, keys and (if it has some)
 * package lists are used.
 */
final class Apt {
    private static final Path HOST_LISTS = Path.of("/var/lib/apt/lists");

    /** A package's archive as apt plans to fetch it. */
    record Archive(String fileName, String uri, long sizeBytes, String digest) {
    }

    private record Output(int status, List<String> lines, List<String> errors) {
    }

    private final Path directory;
    private final List<String> options;
    private Path lists;

    /**
     * @param directory keeps package lists and archives from run to run
     * @param options more words for apt-get; with some, the host's package lists are left alone
     */
    Apt(Path directory, List<String> options) throws IOException {
        this.directory = directory;
        this.options = options;
        for (String name : List.of("state/lists/partial", "cache/archives/partial")) {
            Files.createDirectories(directory.resolve(name));
        }
        if (!Files.exists(directory.resolve("status"))) {
            Files.createFile(directory.resolve("status"));
        }
        lists = options.isEmpty() && newestMs(HOST_LISTS) > newestMs(ownLists()) ? HOST_LISTS : ownLists();
    }

    /** Changes when the package lists do; costs a directory listing. */
    String stamp() throws IOException {
        KeyHash hash = new KeyHash("lists").add(lists.toString());
        TreeMap<String, Long> times = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(lists, "*_Packages*")) {
            for (Path file : files) {
                times.put(file.getFileName().toString(), Files.getLastModifiedTime(file).toMillis());
            }
        }
        times.forEach((name, time) -> hash.add(name).add(time));
        return hash.finish();
    }

    boolean hasLists() throws IOException {
        return newestMs(lists) > 0;
    }

    /** Fetches package lists into the private state. */
    void update() throws IOException {
        Output output = runAlone(ownLists(), List.of("update"));
        if (output.status() != 0 || newestMs(ownLists()) == 0) {
            throw new DemiException("the package lists could not be fetched" + reason(output));
        }
        lists = ownLists();
    }

    /**
     * What has to be unpacked for the packages and all that they depend on, in the order of the file names.
     */
    List<Archive> plan(List<String> names) throws IOException {
        // With an empty archive directory apt names every archive, not only those still to be fetched.
        Path none = Files.createDirectories(directory.resolve("none/partial")).getParent();
        List<String> arguments = new ArrayList<>(List.of("-o", "Dir::Cache::archives=" + none, "--print-uris",
                "install", "--"));
        arguments.addAll(names);
        Output output = run(lists, arguments);
        if (output.status() != 0) {
            throw new DemiException(refusal(output, names));
        }
        TreeMap<String, Archive> archives = new TreeMap<>();
        for (String line : output.lines()) {
            // 'URI' FILE SIZE [HASH]
            String[] words = line.split(" ", -1);
            if (words.length >= 3 && words[0].matches("'.+'") && isPlain(words[1]) && words[2].matches("[0-9]{1,18}")) {
                archives.put(words[1], new Archive(words[1], words[0].substring(1, words[0].length() - 1),
                        Long.parseLong(words[2]), words.length > 3 ? words[3] : ""));
            }
        }
        if (archives.isEmpty()) {
            throw new DemiException("apt-get found nothing to fetch for " + String.join(", ", names));
        }
        return List.copyOf(archives.values());
    }

    /** Makes sure that all archives are there; apt checks their digests. */
    void download(List<String> names) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--download-only", "install", "--"));
        arguments.addAll(names);
        Output output = runAlone(lists, arguments);
        if (output.status() != 0) {
            throw new DemiException("the packages for " + String.join(", ", names) + " could not be fetched"
                    + reason(output));
        }
    }

    /** Whether an archive is there and whole: a power cut may leave its name with less behind it. */
    boolean has(Archive archive) throws IOException {
        Path path = path(archive);
        return Files.isRegularFile(path) && Files.size(path) == archive.sizeBytes();
    }

    /**
     * Where an archive is once it is downloaded; apt leaves what it has by a {@code file:} URI where it is.
     */
    Path path(Archive archive) {
        if (archive.uri().startsWith("file:")) {
            return Path.of(URI.create(archive.uri()).getPath());
        }
        return directory.resolve("cache/archives").resolve(archive.fileName());
    }

    /** Two that fetch at once would write to the same unfinished files, and apt's own locks are not to be had here. */
    private Output runAlone(Path listDirectory, List<String> arguments) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
            assert lock.isValid();
            return run(listDirectory, arguments);
        }
    }

    private Output run(Path listDirectory, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("apt-get", "-qq", "-y",
                "-o", "Dir::State=" + directory.resolve("state"),
                "-o", "Dir::State::status=" + directory.resolve("status"),
                "-o", "Dir::State::lists=" + listDirectory,
                "-o", "Dir::Cache=" + directory.resolve("cache"),
                "-o", "APT::Architecture=amd64",
                "-o", "APT::Install-Recommends=false",
                "-o", "APT::Sandbox::User=",
                "-o", "Debug::NoLocking=true"));
        command.addAll(options);
        command.addAll(arguments);
        Path errors = Files.createTempFile(directory, "errors", "");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            // Messages are looked at, so they have to be in one language.
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
            Process process = start(builder);
            process.getOutputStream().close();
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines().toList();
            int status = process.waitFor();
            return new Output(status, lines, Files.readAllLines(errors));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemiException("interrupted while apt-get was running", e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new DemiException("deb: sources need apt-get, which is not on this host (Debian package apt)", e);
        }
    }

    private static String refusal(Output output, List<String> names) {
        TreeSet<String> unknown = new TreeSet<>();
        for (String line : output.errors()) {
            for (String start : List.of("E: Unable to locate package ", "E: Package '")) {
                if (line.startsWith(start)) {
                    unknown.add(line.substring(start.length()).replaceAll("'.*", ""));
                }
            }
        }
        if (!unknown.isEmpty()) {
            return "there is no Debian package " + String.join(" or ", unknown)
                    + " in the package lists of this host";
        }
        return "apt-get cannot resolve " + String.join(", ", names) + reason(output);
    }

    private static String reason(Output output) {
        for (String line : output.errors()) {
            if (line.startsWith("E: ") || line.startsWith("W: ")) {
                return ": " + line.substring("E: ".length()).strip();
            }
        }
        return ": apt-get ended with status " + output.status();
    }

    private static boolean isPlain(String fileName) {
        return fileName.endsWith(".deb") && fileName.indexOf('/') < 0;
    }

    private Path ownLists() {
        return directory.resolve("state/lists");
    }

    /**
     * The time of the newest package list, which is the mirror's time of its last change; 0 when there is
     * none.
     */
    private static long newestMs(Path lists) throws IOException {
        if (!Files.isReadable(lists)) {
            return 0;
        }
        long newestMs = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(lists, "*_Packages*")) {
            for (Path file : files) {
                newestMs = Math.max(newestMs, Files.getLastModifiedTime(file).toMillis());
            }
        }
        return newestMs;
    }
}

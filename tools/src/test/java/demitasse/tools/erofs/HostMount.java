package demitasse.tools.erofs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An image as the host's own kernel sees it: mounted through a loop device. Needs root and a kernel with
 * EROFS.
 */
final class HostMount implements AutoCloseable {
    private final Path point;

    HostMount(Path image) throws IOException {
        point = Files.createTempDirectory("erofs-mount");
        run("mount", "-t", "erofs", "-o", "loop,ro", image.toString(), point.toString());
    }

    static boolean isPossible() throws IOException {
        return Files.exists(Path.of("/dev/loop-control")) && "root".equals(System.getProperty("user.name"))
                && Files.readString(Path.of("/proc/filesystems")).contains("\terofs");
    }

    Path root() {
        return point;
    }

    @Override
    public void close() throws IOException {
        run("umount", point.toString());
        Files.delete(point);
    }

    /** Each path below a directory with all that can be told of it. */
    static Map<String, List<Object>> describe(Path root) throws IOException {
        Map<String, List<Object>> described = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Map<String, Object> read = Files.readAttributes(path,
                        "unix:mode,uid,gid,nlink,rdev,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                List<Object> about = new ArrayList<>(List.of(read.get("mode"), read.get("uid"), read.get("gid"),
                        read.get("nlink"), read.get("rdev"), read.get("lastModifiedTime")));
                about.add(isDirectory ? 0L : read.get("size"));
                if (Files.isSymbolicLink(path)) {
                    about.add(Files.readSymbolicLink(path).toString());
                } else if (Files.isRegularFile(path)) {
                    about.add(ErofsWriter.digest(path));
                }
                described.put(root.relativize(path).toString(), about);
            }
        }
        return described;
    }

    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + status + ": " + output);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return output;
    }
}

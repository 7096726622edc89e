package demitasse.tools.cache;

import demitasse.tools.DemiException;
import demitasse.tools.source.Workspace;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** The cache's directories: where what lies, and how it gets there whole. */
public final class CacheFiles implements Workspace {
    private static final long STALE_MS = 24L * 60 * 60 * 1000;

    private final Path root;

    public CacheFiles(Path root) {
        this.root = root;
    }

    /** Where the XDG base directory specification wants it. */
    public static CacheFiles ofUser(Map<String, String> environment) {
        String cacheHome = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (cacheHome.startsWith("/")) {
            return new CacheFiles(Path.of(cacheHome, "demitasse"));
        }
        String home = environment.getOrDefault("HOME", "");
        if (!home.startsWith("/")) {
            throw new DemiException("neither XDG_CACHE_HOME nor HOME says where images may be kept");
        }
        return new CacheFiles(Path.of(home, ".cache", "demitasse"));
    }

    @Override
    public Path directory(String name) throws IOException {
        Path directory = root.resolve(name);
        if (!Files.isDirectory(directory)) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new DemiException("cannot make the cache directory " + directory + "; set XDG_CACHE_HOME to a"
                        + " directory that can be written", e);
            }
        }
        return directory;
    }

    Path image(String digest) throws IOException {
        return directory("images").resolve("sha256-" + digest + ".erofs");
    }

    Path entry(String key) throws IOException {
        return directory("index").resolve(hash(key) + ".json");
    }

    /**
     * A new file to write to, removed when the process ends normally or by a signal before {@link #publish}.
     */
    Path temporary() throws IOException {
        removeStale(directory("temporary"));
        Path file = Files.createTempFile(directory("temporary"), "", "");
        file.toFile().deleteOnExit();
        return file;
    }

    /** Gives a file of {@link #temporary} its place, in one step. */
    void publish(Path temporary, Path target, String permissions) throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.READ)) {
            // Else a power cut may leave the name without the bytes.
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Waits until no other process builds the same; says so through the callback when it has to wait. */
    FileLock lock(String key, Runnable waiting) throws IOException {
        Path file = directory("locks").resolve(hash(key).substring(0, 2));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock != null) {
            return lock;
        }
        waiting.run();
        return channel.lock();
    }

    private static void removeStale(Path directory) throws IOException {
        long now = System.currentTimeMillis();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (now - Files.getLastModifiedTime(file).toMillis() > STALE_MS) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            // Another process removed it first, which is as good.
            return;
        }
    }

    private static String hash(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

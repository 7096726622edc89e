package demitasse.tools.cache;

import demitasse.tools.DemiException;
import demitasse.tools.erofs.ErofsWriter;
import demitasse.tools.source.Accounts;
import demitasse.tools.source.Progress;
import demitasse.tools.source.RootFs;
import demitasse.tools.source.Source;
import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Finds the image of a source, or builds it. */
public final class ImageCache {
    private final CacheFiles files;

    public ImageCache(CacheFiles files) {
        this.files = files;
    }

    /** The source's image, from the cache if it is there and right. */
    public ImageEntry image(Source source, Progress progress) throws IOException {
        String key = source.key();
        ImageEntry found = find(key, progress);
        if (found != null) {
            return found;
        }
        FileLock lock = files.lock(key, () -> progress.step("waiting for another demi that builds " + source.name()));
        try (var _ = lock.acquiredBy()) {
            found = find(key, progress);
            return found != null ? found : build(source, key, progress);
        }
    }

    /** Where an entry's image is. */
    public Path path(ImageEntry entry) throws IOException {
        return files.image(entry.digest());
    }

    /** All entries that can be read. */
    public List<ImageEntry> entries() throws IOException {
        List<ImageEntry> entries = new ArrayList<>();
        try (DirectoryStream<Path> index = Files.newDirectoryStream(files.directory("index"), "*.json")) {
            for (Path file : index) {
                ImageEntry entry = read(file);
                if (entry != null && Files.exists(path(entry))) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    /** Removes the entries, and the images that no other entry names. */
    public void remove(List<ImageEntry> removed) throws IOException {
        for (ImageEntry entry : removed) {
            Files.deleteIfExists(files.entry(entry.key()));
        }
        for (ImageEntry entry : removed) {
            if (entries().stream().noneMatch(other -> other.digest().equals(entry.digest()))) {
                Files.deleteIfExists(path(entry));
            }
        }
    }

    private ImageEntry find(String key, Progress progress) throws IOException {
        ImageEntry entry = read(files.entry(key));
        if (entry == null || !entry.key().equals(key)) {
            return null;
        }
        Path image = path(entry);
        if (!Files.exists(image) || isRight(entry, image)) {
            return Files.exists(image) ? entry : null;
        }
        progress.step("checking the image of " + entry.name());
        if (Files.size(image) == entry.sizeBytes() && ErofsWriter.digest(image).equals(entry.digest())) {
            ImageEntry stamped = entry.withStamp(stamp(image));
            write(stamped);
            return stamped;
        }
        progress.step("the cached image of " + entry.name() + " is damaged and is built again");
        Files.deleteIfExists(image);
        return null;
    }

    private ImageEntry build(Source source, String key, Progress progress) throws IOException {
        String resolvedKey = source.resolvedKey(progress);
        if (!resolvedKey.equals(key)) {
            ImageEntry same = find(resolvedKey, progress);
            if (same != null) {
                ImageEntry entry = same.withKey(key, source.name());
                write(entry);
                return entry;
            }
        }
        ImageEntry entry = write(source, key, progress);
        if (!resolvedKey.equals(key)) {
            write(entry.withKey(resolvedKey, source.name()));
        }
        return entry;
    }

    private ImageEntry write(Source source, String key, Progress progress) throws IOException {
        Path temporary = files.temporary();
        try (Spool spool = new Spool(files.directory("temporary"))) {
            RootFs rootFs = source.read(spool, progress);
            progress.step("writing the image of " + source.name());
            String digest = ErofsWriter.write(rootFs.tree(), temporary);
            Path image = files.image(digest);
            long sizeBytes = Files.size(temporary);
            if (!Files.exists(image) || !ErofsWriter.digest(image).equals(digest)) {
                files.publish(temporary, image, "r--r--r--");
            }
            ImageEntry entry = new ImageEntry(key, source.name(), digest, sizeBytes, System.currentTimeMillis(),
                    stamp(image), rootFs.defaults(), Accounts.of(rootFs.tree()));
            write(entry);
            return entry;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void write(ImageEntry entry) throws IOException {
        Path temporary = files.temporary();
        Files.writeString(temporary, entry.toJson(), StandardCharsets.UTF_8);
        files.publish(temporary, files.entry(entry.key()), "rw-r--r--");
    }

    /** An entry, or null when there is none or it cannot be understood: then it is built anew. */
    private static ImageEntry read(Path file) throws IOException {
        try {
            return ImageEntry.fromJson(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException | DemiException e) {
            return null;
        }
    }

    private static boolean isRight(ImageEntry entry, Path image) throws IOException {
        return Files.size(image) == entry.sizeBytes() && stamp(image).equals(entry.stamp())
                && ErofsWriter.startsWithSuperblock(image);
    }

    private static String stamp(Path image) throws IOException {
        Map<String, Object> read = Files.readAttributes(image, "unix:ino,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        return read.get("ino") + "-" + ((FileTime) read.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS);
    }
}

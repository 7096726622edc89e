package demitasse.tools.cli;

import demitasse.tools.DemiException;
import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.cache.ImageEntry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code demi rmi}. */
@Command(name = "rmi", description = "Removes images from the cache.")
final class RmiCommand implements Callable<Integer> {
    private static final int DIGEST_CHARS_MIN = 4;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "A name or the start of a digest.")
    private List<String> images;

    @Override
    public Integer call() throws IOException {
        ImageCache cache = new ImageCache(CacheFiles.ofUser(System.getenv()));
        List<ImageEntry> entries = cache.entries();
        List<ImageEntry> removed = new ArrayList<>();
        for (String image : images) {
            List<ImageEntry> matching = entries.stream().filter(entry -> matches(entry, image)).toList();
            if (matching.isEmpty()) {
                throw new DemiException("there is no image '" + image + "' in the cache");
            }
            if (matching.stream().map(ImageEntry::digest).distinct().count() > 1
                    && matching.stream().noneMatch(entry -> entry.name().equals(image))) {
                throw new DemiException("more than one image's digest starts with " + image);
            }
            removed.addAll(matching);
        }
        cache.remove(removed);
        return 0;
    }

    private static boolean matches(ImageEntry entry, String image) {
        String digest = image.startsWith("sha256:") ? image.substring("sha256:".length()) : image;
        return entry.name().equals(image)
                || digest.length() >= DIGEST_CHARS_MIN && entry.digest().startsWith(digest);
    }
}

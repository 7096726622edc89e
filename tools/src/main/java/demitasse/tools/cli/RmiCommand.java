package demitasse.tools.cli;

import demitasse.tools.DemiException;
import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.cache.ImageEntry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code demi rmi}. */
final class RmiCommand implements Verb {
    private static final int DIGEST_CHARS_MIN = 4;

    @Override
    public String name() {
        return "rmi";
    }

    @Override
    public String operands() {
        return "IMAGE...";
    }

    @Override
    public String help() {
        return "Removes images from the cache, named as demi images does or by the start of a digest.";
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public int operandsMin() {
        return 1;
    }

    @Override
    public int operandsMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int run(Arguments arguments) throws IOException {
        ImageCache cache = new ImageCache(CacheFiles.ofUser(System.getenv()));
        List<ImageEntry> entries = cache.entries();
        List<ImageEntry> removed = new ArrayList<>();
        for (String image : arguments.operands()) {
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

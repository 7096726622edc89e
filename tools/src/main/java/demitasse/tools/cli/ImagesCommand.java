package demitasse.tools.cli;

import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.cache.ImageEntry;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code demi images}. */
final class ImagesCommand implements Verb {
    static final int SHORT_DIGEST = 12;
    private static final DateTimeFormatter CREATED = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    @Override
    public String name() {
        return "images";
    }

    @Override
    public String operands() {
        return "";
    }

    @Override
    public String help() {
        return "Lists the root file system images in the cache.";
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public int operandsMin() {
        return 0;
    }

    @Override
    public int operandsMax() {
        return 0;
    }

    @Override
    public int run(Arguments arguments) throws IOException {
        List<ImageEntry> entries = new ArrayList<>(new ImageCache(CacheFiles.ofUser(System.getenv())).entries());
        entries.sort(Comparator.comparing(ImageEntry::name).thenComparing(ImageEntry::createdMs));
        // One image may be known by several keys; the user knows it by its name.
        Set<List<String>> rows = new LinkedHashSet<>();
        rows.add(List.of("NAME", "DIGEST", "SIZE", "CREATED"));
        for (ImageEntry entry : entries) {
            rows.add(List.of(entry.name(), entry.digest().substring(0, SHORT_DIGEST), size(entry.sizeBytes()),
                    CREATED.format(Instant.ofEpochMilli(entry.createdMs()).atZone(ZoneId.systemDefault()))));
        }
        int nameWidth = rows.stream().mapToInt(row -> row.getFirst().length()).max().orElse(0);
        for (List<String> row : rows) {
            System.out.printf(Locale.ROOT, "%-" + nameWidth + "s  %-12s  %9s  %s%n", row.toArray());
        }
        return 0;
    }

    private static String size(long bytes) {
        return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}

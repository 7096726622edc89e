package demitasse.tools.source;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/** {@code PATH[:TAG]}. A path that itself holds the colon comes first. */
record TaggedPath(Path path, String tag) {
    static Optional<TaggedPath> find(String text, Predicate<Path> isWanted) {
        Path whole = Path.of(text);
        if (isWanted.test(whole)) {
            return Optional.of(new TaggedPath(whole, ""));
        }
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || text.indexOf('/', colon) >= 0) {
            return Optional.empty();
        }
        Path path = Path.of(text.substring(0, colon));
        return isWanted.test(path) ? Optional.of(new TaggedPath(path, text.substring(colon + 1))) : Optional.empty();
    }
}

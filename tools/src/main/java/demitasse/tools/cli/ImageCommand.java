package demitasse.tools.cli;

import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.source.Source;
import demitasse.tools.source.Sources;

import java.io.IOException;
import java.util.List;

/** {@code demi image}: builds a source's image and prints where it is; for tests and tools. */
final class ImageCommand implements Verb {
    @Override
    public String name() {
        return "image";
    }

    @Override
    public String operands() {
        return "SOURCE";
    }

    @Override
    public String help() {
        return "Builds SOURCE's root file system image and prints its path.";
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
        return 1;
    }

    @Override
    public int run(Arguments arguments) throws IOException {
        CacheFiles files = CacheFiles.ofUser(System.getenv());
        ImageCache cache = new ImageCache(files);
        try (ErrorProgress progress = new ErrorProgress()) {
            Source source = new Sources(files).open(arguments.operands().getFirst());
            System.out.println(cache.path(cache.image(source, progress)));
        }
        return 0;
    }
}

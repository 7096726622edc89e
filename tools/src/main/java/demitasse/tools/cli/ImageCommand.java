package demitasse.tools.cli;

import demitasse.tools.cache.CacheFiles;
import demitasse.tools.cache.ImageCache;
import demitasse.tools.source.Sources;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code demi image}: builds a source's image and prints where it is; for tests and tools. */
@Command(name = "image", hidden = true, description = "Prints the path of SOURCE's root file system image.")
final class ImageCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SOURCE", description = "As for run.")
    private String source;

    @Override
    public Integer call() throws IOException {
        CacheFiles files = CacheFiles.ofUser(System.getenv());
        ImageCache cache = new ImageCache(files);
        try (ErrorProgress progress = new ErrorProgress()) {
            System.out.println(cache.path(cache.image(new Sources(files).open(source), progress)));
        }
        return 0;
    }
}

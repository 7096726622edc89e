package demitasse.tools.cli;

import demitasse.tools.cache.CacheFiles;
import demitasse.tools.source.Sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the launcher records for Java's ahead-of-time cache: one run that builds an image, and one that finds
 * it in the cache and does everything but start the kernel.
 */
public final class Training {
    private Training() {
    }

    /** The argument is a directory to work in, which also holds the image cache. */
    public static void main(String[] arguments) throws IOException {
        Path root = Files.createDirectory(Path.of(arguments[0], "root"));
        Files.writeString(root.resolve("file"), "content");
        String[] run = {"run", "-e", "A=b", "--memory", "64M", "--dry-run", root.toString(), "--", "true"};
        int status = Demi.run(run) | Demi.run(run) | Demi.run("images");
        // Keys of other kinds of sources are made at every start too; this needs neither network nor apt.
        new Sources(CacheFiles.ofUser(System.getenv())).open("deb:bash").key();
        System.exit(status);
    }
}

package demitasse.test.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands of the host, the project's own {@code ./demi} first of all. */
public final class Commands {
    private static final Duration FETCH_LIMIT = Duration.ofMinutes(5);

    /** How a command ended. */
    public record Result(int status, String output, String errors) {
        /** One text for assertions that shows all there is to know. */
        public String transcript() {
            return "status " + status + "\n" + output + (errors.isEmpty() ? "" : "--- stderr\n" + errors);
        }
    }

    private Commands() {
    }

    /** The project's root directory. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("demi"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    /** {@code ./demi} with these arguments and this standard input. */
    public static Result demi(Duration limit, String input, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(root().resolve("demi").toString());
        command.addAll(arguments);
        return run(limit, input, command);
    }

    /** Has the image of a source made, for runs from where it cannot be fetched. */
    static void fetch(String source) {
        Result result = demi(FETCH_LIMIT, "", List.of("image", source));
        if (result.status() != 0) {
            throw new AssertionError(source + ": " + result.transcript());
        }
    }

    /** Runs a command to its end; one that takes longer than the limit is ended and reported as status -1. */
    public static Result run(Duration limit, String input, List<String> command) {
        Path output = temporary("out");
        Path errors = temporary("err");
        Path source = temporary("in");
        try {
            Files.writeString(source, input);
            Process process = new ProcessBuilder(command)
                    .redirectInput(source.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            return new Result(ended ? process.exitValue() : -1, read(output),
                    read(errors) + (ended ? "" : "(ended after " + limit + ")"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        } finally {
            delete(output);
            delete(errors);
            delete(source);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static Path temporary(String suffix) {
        try {
            return Files.createTempFile("demitasse-test", suffix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package demitasse.compiler;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** gcc and binutils of the host, found through PATH; CC names another compiler. */
final class Toolchain {
    private static final int LINES_SHOWN = 40;

    private final String compiler;

    Toolchain() {
        String chosen = System.getenv("CC");
        this.compiler = chosen == null || chosen.isBlank() ? "gcc" : chosen;
    }

    /** Part of the digest of an image: another compiler makes another image. */
    String version() {
        return run(Path.of("."), List.of(compiler, "--version")).lines().findFirst().orElse("");
    }

    String includeDirectory() {
        return run(Path.of("."), List.of(compiler, "-print-file-name=include")).strip();
    }

    /** Answers its warnings. */
    String gcc(Path directory, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(compiler);
        command.addAll(arguments);
        return run(directory, command);
    }

    void strip(Path from, Path to) {
        run(Path.of("."), List.of("strip", "--strip-all", "-o", to.toString(), from.toString()));
    }

    /** The line table of an ELF's debug information, one row a line. */
    String decodedLines(Path elf) {
        return run(Path.of("."), List.of("readelf", "--debug-dump=decodedline", elf.toString()));
    }

    /** What addr2line(1) knows of the addresses in a file, with the functions and those inlined there. */
    String lines(Path elf, Path addresses) {
        return run(Path.of("."), List.of("addr2line", "-a", "-i", "-f", "-e", elf.toString(), "@" + addresses));
    }

    private static String run(Path directory, List<String> command) {
        Process process;
        try {
            process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new CompileException("The program '" + command.getFirst() + "' cannot be started;"
                    + " building an image needs gcc and binutils (on Debian: apt-get install gcc).", e);
        }
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new CompileException(command.getFirst() + " failed on " + subject(command) + ":\n"
                        + output.lines().limit(LINES_SHOWN).reduce("", (all, line) -> all + line + "\n"));
            }
            return output;
        } catch (IOException e) {
            throw new CompileException("The output of '" + command.getFirst() + "' cannot be read.", e);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new CompileException("The build was interrupted.", e);
        }
    }

    private static String subject(List<String> command) {
        int target = command.indexOf("-o");
        return target >= 0 ? Path.of(command.get(target + 1)).getFileName().toString() : String.join(" ", command);
    }
}

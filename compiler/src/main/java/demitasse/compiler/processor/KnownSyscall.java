package demitasse.compiler.processor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A system call that Linux has, as {@code syscalls.txt} lists it.
 *
 * @param arguments how strace shows each argument, separated by spaces; empty when there is none
 */
record KnownSyscall(int number, String name, String arguments) {

    static SortedMap<Integer, KnownSyscall> all() {
        SortedMap<Integer, KnownSyscall> all = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                KnownSyscall.class.getResourceAsStream("syscalls.txt"), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    KnownSyscall call = parse(line);
                    all.put(call.number, call);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** The whole line for the decoder: the name, then the arguments. */
    String signature() {
        return arguments.isEmpty() ? name : name + " " + arguments;
    }

    int argumentCount() {
        return arguments.isEmpty() ? 0 : arguments.split(" ").length;
    }

    private static KnownSyscall parse(String line) {
        String[] parts = line.split(" ", 3);
        return new KnownSyscall(Integer.parseInt(parts[0]), parts[1], parts.length == 3 ? parts[2] : "");
    }
}

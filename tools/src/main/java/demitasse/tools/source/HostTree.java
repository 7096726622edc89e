package demitasse.tools.source;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Walks a directory of the host in byte order of the names, parents first, without leaving its file system.
 */
final class HostTree {
    interface Visitor {
        /** The path within the tree is a byte string that starts with a slash. */
        void visit(String path, HostFile file) throws IOException;
    }

    private record Pending(String path, HostFile file) {
    }

    private final Path root;

    HostTree(Path root) {
        this.root = root;
    }

    void walk(Visitor visitor) throws IOException {
        HostFile top = file(root);
        List<Pending> work = new ArrayList<>(List.of(new Pending("/", top)));
        while (!work.isEmpty()) {
            Pending at = work.removeLast();
            visitor.visit(at.path(), at.file());
            if (at.file().isDirectory() && at.file().device() == top.device()) {
                work.addAll(below(at).reversed());
            }
        }
    }

    /** A path's own bytes, one per char. */
    static String bytes(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text;
        }
        // Path.toString() decodes and may lose bytes; the URI keeps each one, as %XX.
        if (path.isAbsolute()) {
            return percentDecoded(path.toUri().getRawPath());
        }
        String prefixed = percentDecoded(Path.of("/").resolve(path).toUri().getRawPath());
        return prefixed.substring(1);
    }

    private List<Pending> below(Pending at) throws IOException {
        TreeMap<String, Pending> sorted = new TreeMap<>();
        String prefix = at.path().equals("/") ? "/" : at.path() + "/";
        try (DirectoryStream<Path> children = Files.newDirectoryStream(at.file().path())) {
            for (Path child : children) {
                String name = bytes(child.getFileName());
                sorted.put(name, new Pending(prefix + name, file(child)));
            }
        } catch (AccessDeniedException e) {
            throw new DemiException("cannot read the directory " + at.file().path() + ": permission denied", e);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return new ArrayList<>(sorted.values());
    }

    private static HostFile file(Path path) throws IOException {
        Map<String, Object> read = Files.readAttributes(path, HostFile.ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return HostFile.of(path, read);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static String percentDecoded(String path) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%') {
                c = (char) Integer.parseInt(path, i + 1, i + 3, 16);
                i += 2;
            }
            bytes.append(c);
        }
        // A URI of a directory ends with a slash.
        int end = bytes.length();
        return end > 1 && bytes.charAt(end - 1) == '/' ? bytes.substring(0, end - 1) : bytes.toString();
    }
}

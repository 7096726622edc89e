package demitasse.tools.source;

import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SymbolicLink;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What a Debian system has that no package's archive holds: the merged /usr, base directories, script-made
 * files.
 */
final class DebianBase {
    private static final String[] MERGED = {"bin", "sbin", "lib", "lib64"};
    private static final String[][] DIRECTORIES = {
        {"/dev", "755"}, {"/etc", "755"}, {"/home", "755"}, {"/proc", "555"}, {"/root", "700"}, {"/run", "755"},
        {"/sys", "555"}, {"/tmp", "1777"}, {"/usr", "755"}, {"/var", "755"}, {"/var/tmp", "1777"},
    };
    private static final String[][] FILES = {
        {"/etc/passwd", """
            root:x:0:0:root:/root:/bin/sh
            daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            """},
        {"/etc/group", """
            root:x:0:
            daemon:x:1:
            tty:x:5:
            www-data:x:33:
            nogroup:x:65534:
            """},
        {"/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"},
        {"/etc/hostname", "demi\n"},
        {"/etc/resolv.conf", "# No name server is known; see demi run --dns.\n"},
        {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"},
    };

    private DebianBase() {
    }

    /** Before the packages, whose names have to follow the links: since Debian 12 /bin is /usr/bin. */
    static void addMergedUsr(FileTree tree) {
        for (String name : MERGED) {
            tree.add("/usr/" + name, new Directory(Attributes.ofRoot(0755)));
            tree.add("/" + name, new SymbolicLink(Attributes.ofRoot(0777), "usr/" + name));
        }
    }

    /** After the packages: what none of them has brought. */
    static void addMissing(FileTree tree) throws IOException {
        for (String[] directory : DIRECTORIES) {
            if (tree.find(directory[0], true) == null) {
                tree.add(directory[0], new Directory(Attributes.ofRoot(Integer.parseInt(directory[1], 8))));
            }
        }
        for (String[] file : FILES) {
            if (tree.find(file[0], true) == null) {
                Content content = Content.of(file[1].getBytes(StandardCharsets.US_ASCII));
                tree.add(file[0], new RegularFile(Attributes.ofRoot(0644), content));
            }
        }
        addLinks(tree);
    }

    private static void addLinks(FileTree tree) throws IOException {
        InputStream table = DebianBase.class.getResourceAsStream("/demitasse/tools/source/links.txt");
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(table), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    addLink(tree, line.split(" +"));
                }
            }
        }
    }

    private static void addLink(FileTree tree, String[] words) {
        if (tree.find(words[0], false) != null) {
            return;
        }
        for (int i = 1; i < words.length; i++) {
            if (tree.find(words[i], true) instanceof RegularFile) {
                tree.add(words[0], new SymbolicLink(Attributes.ofRoot(0777), words[i]));
                return;
            }
        }
    }
}

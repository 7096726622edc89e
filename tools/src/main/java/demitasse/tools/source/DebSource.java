package demitasse.tools.source;

import demitasse.tools.DemiException;
import demitasse.tools.tar.TarEntry;
import demitasse.tools.tar.TarReader;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.Spool;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Debian packages with all that they depend on, unpacked without running their scripts. Of these only the links are
 * made that they ask update-alternatives(1) for.
 */
final class DebSource implements Source {
    private static final String PREFIX = "deb:";
    /** Debian policy §5.6.1, optionally with an architecture and a version (§5.6.12). */
    private static final Pattern PACKAGE =
            Pattern.compile("[a-z0-9][a-z0-9.+-]*[a-z0-9+](:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?");
    /** Changes when what we add to the packages does, so that older images are not taken for new ones. */
    private static final long RECIPE = 3;
    private static final int SCRIPT_BYTES_MAX = 1 << 20;

    private final List<String> names;
    private final Apt apt;
    private List<Apt.Archive> plan;

    DebSource(List<String> names, Apt apt) {
        this.names = names;
        this.apt = apt;
    }

    /** The workspace keeps package lists and archives from run to run. */
    static Optional<Source> open(String text, Workspace workspace) throws IOException {
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        TreeSet<String> names = new TreeSet<>();
        for (String name : text.substring(PREFIX.length()).split(",", -1)) {
            if (!PACKAGE.matcher(name).matches()) {
                throw new DemiException("'" + name + "' is not the name of a Debian package");
            }
            names.add(name);
        }
        return Optional.of(new DebSource(List.copyOf(names), new Apt(workspace.directory("apt"), List.of())));
    }

    @Override
    public String name() {
        return PREFIX + String.join(",", names);
    }

    @Override
    public String key() throws IOException {
        return new KeyHash("deb").add(RECIPE).add(name()).add(apt.stamp()).finish();
    }

    @Override
    public String resolvedKey(Progress progress) throws IOException {
        if (!apt.hasLists()) {
            progress.step("fetching Debian's package lists");
            apt.update();
        }
        progress.step("resolving " + name());
        plan = apt.plan(names);
        KeyHash hash = new KeyHash("archives").add(RECIPE);
        for (Apt.Archive archive : plan) {
            hash.add(archive.fileName()).add(archive.digest());
        }
        return hash.finish();
    }

    @Override
    public RootFs read(Spool spool, Progress progress) throws IOException {
        if (plan == null) {
            resolvedKey(progress);
        }
        fetch(progress);
        FileTree tree = new FileTree();
        DebianBase.addMergedUsr(tree);
        Unpacker unpacker = new Unpacker(tree, spool, Unpacker.Style.PACKAGE);
        Alternatives alternatives = new Alternatives();
        for (Apt.Archive archive : plan) {
            progress.step("unpacking " + archive.fileName());
            try (InputStream source = open(archive)) {
                unpacker.unpack(new ArReader(source, archive.fileName()).member("data.tar"), archive.fileName());
            }
            try (InputStream source = open(archive)) {
                alternatives.note(script(new ArReader(source, archive.fileName()).member("control.tar"), archive));
            }
        }
        alternatives.addLinks(tree);
        DebianBase.addMissing(tree);
        return new RootFs(tree, Defaults.NONE);
    }

    private InputStream open(Apt.Archive archive) throws IOException {
        return new BufferedInputStream(Files.newInputStream(apt.path(archive)));
    }

    /** What would run once the package is unpacked, deb-postinst(5); empty for nothing. */
    private static String script(InputStream control, Apt.Archive archive) throws IOException {
        try {
            TarReader reader = new TarReader(Compression.open(control), archive.fileName());
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.path().endsWith("postinst") && entry.kind() == TarEntry.Kind.REGULAR) {
                    return new String(reader.content().readNBytes(SCRIPT_BYTES_MAX), StandardCharsets.UTF_8);
                }
            }
            return "";
        } catch (IOException e) {
            throw Compression.unreadable(archive.fileName(), e);
        }
    }

    private void fetch(Progress progress) throws IOException {
        List<String> missing = new ArrayList<>();
        for (Apt.Archive archive : plan) {
            if (!apt.has(archive)) {
                missing.add(archive.fileName());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        progress.step("fetching " + missing.size() + (missing.size() == 1 ? " package" : " packages") + " for "
                + name());
        try {
            apt.download(names);
        } catch (DemiException e) {
            // Lists that are old name archives that the mirror has replaced meanwhile.
            progress.step("fetching newer package lists");
            apt.update();
            plan = apt.plan(names);
            apt.download(names);
        }
    }
}

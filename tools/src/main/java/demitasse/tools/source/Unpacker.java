package demitasse.tools.source;

import demitasse.tools.tar.TarEntry;
import demitasse.tools.tar.TarReader;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SpecialFile;
import demitasse.tools.tree.Spool;
import demitasse.tools.tree.SymbolicLink;

import java.io.IOException;
import java.io.InputStream;

/** Lays tar archives into a tree. */
final class Unpacker {
    /** What the archive is, which decides how some of its names are meant. */
    enum Style {
        /** Nothing special. */
        PLAIN,
        /** A layer of an OCI image: names that start with {@code .wh.} hide what lower layers have. */
        LAYER,
        /** A Debian package: a directory over a link to a directory keeps the link, as in dpkg. */
        PACKAGE
    }

    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int COPY_BYTES = 1 << 16;

    private final FileTree tree;
    private final Spool spool;
    private final Style style;

    Unpacker(FileTree tree, Spool spool, Style style) {
        this.tree = tree;
        this.spool = spool;
        this.style = style;
    }

    /**
     * Unpacks one archive, to the end of the stream, so that checksums behind the archive are looked at as
     * well.
     */
    void unpack(InputStream archive, String origin) throws IOException {
        try {
            InputStream plain = Compression.open(archive);
            TarReader reader = new TarReader(plain, origin);
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                add(reader, entry, origin);
            }
            drain(plain);
        } catch (IOException e) {
            throw Compression.unreadable(origin, e);
        }
    }

    private void add(TarReader reader, TarEntry entry, String origin) throws IOException {
        String path = entry.path();
        if (style == Style.LAYER && isWhiteout(path)) {
            return;
        }
        switch (entry.kind()) {
            case DIRECTORY -> addDirectory(path, new Directory(entry.attributes()));
            case REGULAR -> {
                Content content = spool.add(reader.content(), entry.sizeBytes(), origin);
                tree.add(path, new RegularFile(entry.attributes(), content));
            }
            case HARD_LINK -> tree.addHardLink(path, entry.link());
            case SYMBOLIC_LINK -> tree.add(path, new SymbolicLink(entry.attributes(), entry.link()));
            case CHARACTER -> tree.add(path, special(entry, SpecialFile.Kind.CHARACTER));
            case BLOCK -> tree.add(path, special(entry, SpecialFile.Kind.BLOCK));
            case PIPE -> tree.add(path, special(entry, SpecialFile.Kind.PIPE));
        }
    }

    private void addDirectory(String path, Directory directory) {
        if (style == Style.PACKAGE) {
            tree.addDirectoryOrKeepLink(path, directory);
        } else {
            tree.add(path, directory);
        }
    }

    private static SpecialFile special(TarEntry entry, SpecialFile.Kind kind) {
        return new SpecialFile(entry.attributes(), kind, entry.major(), entry.minor());
    }

    /** OCI image layer specification, "Whiteouts". */
    private boolean isWhiteout(String path) {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        if (!name.startsWith(WHITEOUT)) {
            return false;
        }
        String directory = path.substring(0, slash + 1);
        if (name.equals(OPAQUE)) {
            tree.opaque(directory);
        } else {
            tree.whiteout(directory + name.substring(WHITEOUT.length()));
        }
        return true;
    }

    private static void drain(InputStream stream) throws IOException {
        byte[] ignored = new byte[COPY_BYTES];
        while (stream.read(ignored) >= 0) {
            continue;
        }
    }
}

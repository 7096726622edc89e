package demitasse.tools.source;

import demitasse.tools.DemiException;
import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.Node;
import demitasse.tools.tree.PathContent;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SpecialFile;
import demitasse.tools.tree.Spool;
import demitasse.tools.tree.SymbolicLink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A directory of the host. Owners, modes, times and hard links are taken as they are; what is mounted inside
 * it is left out (an empty directory stays), so that {@code /} can be named without packing {@code /proc}.
 */
final class DirectorySource implements Source {
    private final Path directory;

    private DirectorySource(Path directory) {
        this.directory = directory;
    }

    static Optional<Source> open(String text) {
        Path path = Path.of(text);
        return Files.isDirectory(path) ? Optional.of(new DirectorySource(path)) : Optional.empty();
    }

    @Override
    public String name() {
        return directory.toString();
    }

    @Override
    public String key() throws IOException {
        KeyHash hash = new KeyHash("directory").add(directory.toRealPath().toString());
        new HostTree(directory).walk((path, file) -> hash.add(path).add(file.mode()).add(file.uid()).add(file.gid())
                .add(file.sizeBytes()).add(file.mtimeNs()).add(file.ctimeNs()).add(file.inode()));
        return hash.finish();
    }

    @Override
    public RootFs read(Spool spool, Progress progress) throws IOException {
        progress.step("reading " + directory);
        FileTree tree = new FileTree();
        Map<List<Long>, Node> linked = new HashMap<>();
        new HostTree(directory).walk((path, file) -> add(tree, linked, path, file));
        return new RootFs(tree, Defaults.NONE);
    }

    private static void add(FileTree tree, Map<List<Long>, Node> linked, String path, HostFile file)
            throws IOException {
        if (file.links() == 1 || file.isDirectory()) {
            tree.add(path, node(path, file));
            return;
        }
        // A file that is mounted over another, or comes from another layer of an overlay, is of another device.
        List<Long> identity = List.of(file.device(), file.inode());
        Node node = linked.get(identity);
        if (node == null) {
            node = node(path, file);
            linked.put(identity, node);
        }
        tree.add(path, node);
    }

    private static Node node(String path, HostFile file) throws IOException {
        Attributes attributes = new Attributes(file.mode(), file.uid(), file.gid(),
                Math.floorDiv(file.mtimeNs(), HostFile.NS_PER_SECOND),
                (int) Math.floorMod(file.mtimeNs(), HostFile.NS_PER_SECOND));
        return switch (file.kind()) {
            case DIRECTORY -> new Directory(attributes);
            case REGULAR -> new RegularFile(attributes, new PathContent(readable(file.path()), file.sizeBytes()));
            case LINK -> new SymbolicLink(attributes, HostTree.bytes(Files.readSymbolicLink(file.path())));
            case CHARACTER -> new SpecialFile(attributes, SpecialFile.Kind.CHARACTER, file.major(), file.minor());
            case BLOCK -> new SpecialFile(attributes, SpecialFile.Kind.BLOCK, file.major(), file.minor());
            case PIPE -> new SpecialFile(attributes, SpecialFile.Kind.PIPE, 0, 0);
            case SOCKET -> new SpecialFile(attributes, SpecialFile.Kind.SOCKET, 0, 0);
            case UNKNOWN -> throw new DemiException(
                    FileTree.shown(path) + " is of a kind that no file system image can hold");
        };
    }

    private static Path readable(Path path) {
        if (!Files.isReadable(path)) {
            throw new DemiException("cannot read " + path + ": permission denied");
        }
        return path;
    }
}

package demitasse.tools.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import demitasse.tools.DemiException;

import java.util.Set;

import org.junit.jupiter.api.Test;

class FileTreeTest {
    private static final Attributes MODE = Attributes.ofRoot(0755);
    private final FileTree tree = new FileTree();

    @Test
    void missingParentsAreMade() {
        RegularFile file = file();
        tree.add("./a//b/c", file);
        assertSame(file, tree.find("/a/b/c", false));
    }

    @Test
    void pathThatClimbsOutIsRefused() {
        assertThrows(DemiException.class, () -> tree.add("a/../../etc/passwd", file()));
        assertThrows(DemiException.class, () -> tree.addHardLink("x", "../y"));
    }

    @Test
    void linkThatClimbsOutStaysInside() {
        tree.add("/etc/passwd", file());
        tree.add("/up", new SymbolicLink(MODE, "../../../../etc"));
        RegularFile inside = file();
        tree.add("/up/shadow", inside);
        assertSame(inside, tree.find("/etc/shadow", false));
    }

    @Test
    void fileUnderALinkGoesWhereItPoints() {
        tree.add("/usr/lib", new Directory(MODE));
        tree.add("/lib", new SymbolicLink(MODE, "usr/lib"));
        tree.add("./lib/x86/libc.so", file());
        assertInstanceOf(RegularFile.class, tree.find("/usr/lib/x86/libc.so", false));
    }

    @Test
    void packageDirectoryKeepsALinkToADirectory() {
        tree.add("/usr/lib", new Directory(MODE));
        tree.add("/lib", new SymbolicLink(MODE, "usr/lib"));
        tree.addDirectoryOrKeepLink("./lib/", new Directory(MODE));
        assertInstanceOf(SymbolicLink.class, tree.find("/lib", false));
    }

    @Test
    void layerDirectoryReplacesALink() {
        tree.add("/lib", new SymbolicLink(MODE, "usr/lib"));
        tree.add("/lib", new Directory(MODE));
        assertInstanceOf(Directory.class, tree.find("/lib", false));
    }

    @Test
    void linksInACircleAreNotFollowedForEver() {
        tree.add("/a", new SymbolicLink(MODE, "b"));
        tree.add("/b", new SymbolicLink(MODE, "a"));
        assertNull(tree.find("/a", true));
        assertThrows(DemiException.class, () -> tree.add("/a/x", file()));
    }

    @Test
    void directoryOverDirectoryKeepsChildren() {
        tree.add("/d/x", file());
        tree.add("/d", new Directory(Attributes.ofRoot(0700)));
        assertEquals(0700, tree.find("/d", false).attributes().permissions());
        assertEquals(Set.of("x"), ((Directory) tree.find("/d", false)).children().keySet());
    }

    @Test
    void nothingIsPutUnderAFile() {
        tree.add("/f", file());
        assertThrows(DemiException.class, () -> tree.add("/f/g", file()));
    }

    @Test
    void rootIsNotReplaced() {
        assertThrows(DemiException.class, () -> tree.add("./", file()));
    }

    @Test
    void hardLinkIsTheSameNode() {
        RegularFile file = file();
        tree.add("/a", file);
        tree.addHardLink("d/b", "./a");
        assertSame(file, tree.find("/d/b", false));
    }

    @Test
    void hardLinkToNothingOrADirectoryIsRefused() {
        tree.add("/d", new Directory(MODE));
        assertThrows(DemiException.class, () -> tree.addHardLink("x", "missing"));
        assertThrows(DemiException.class, () -> tree.addHardLink("x", "d"));
    }

    @Test
    void longNamesAreRefused() {
        tree.add("n".repeat(255), file());
        assertThrows(DemiException.class, () -> tree.add("n".repeat(256), file()));
    }

    @Test
    void whiteoutHidesLowerLayersOnly() {
        tree.add("/d/low", file());
        tree.startLayer();
        tree.add("/d/high", file());
        tree.whiteout("/d/low");
        tree.whiteout("/d/high");
        assertEquals(Set.of("high"), ((Directory) tree.find("/d", false)).children().keySet());
    }

    @Test
    void whiteoutOfADirectoryKeepsWhatTheSameLayerHasPutThere() {
        tree.add("/d/low", file());
        tree.startLayer();
        tree.add("/d/high", file());
        tree.whiteout("/d");
        assertEquals(Set.of("high"), ((Directory) tree.find("/d", false)).children().keySet());
        tree.startLayer();
        tree.whiteout("/d");
        assertNull(tree.find("/d", false));
    }

    @Test
    void opaqueDirectoryHidesLowerLayersWhateverTheOrder() {
        tree.add("/d/low", file());
        tree.add("/d/sub/low", file());
        tree.startLayer();
        tree.add("/d/first", file());
        tree.opaque("/d/");
        tree.add("/d/second", file());
        assertEquals(Set.of("first", "second"), ((Directory) tree.find("/d", false)).children().keySet());
    }

    @Test
    void whiteoutOfNothingIsNoMatter() {
        tree.startLayer();
        tree.whiteout("/no/such/file");
        tree.opaque("/no/such");
        assertEquals(Set.of(), tree.root().children().keySet());
    }

    private static RegularFile file() {
        return new RegularFile(MODE, Content.of(new byte[0]));
    }
}

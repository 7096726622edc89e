package demitasse.tools.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import demitasse.tools.DemiException;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.Spool;
import demitasse.tools.tree.SymbolicLink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With an archive of our own in a directory, so that no network is needed. */
class DebSourceTest {
    private static final Progress SILENT = words -> { };

    @TempDir
    Path directory;
    private Path archive;

    @BeforeEach
    void makeArchive() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/apt-get")), "needs apt");
        archive = Files.createDirectory(directory.resolve("archive"));
        StringBuilder packages = new StringBuilder();
        packages.append(build("tool", "1.0", "Depends: library (>= 2)", "/bin/tool", "/usr/bin/mawk"));
        packages.append(build("library", "2.0", "Recommends: unwanted", "/lib/x86_64-linux-gnu/library.so"));
        packages.append(build("unwanted", "1.0", "Section: misc", "/unwanted"));
        Files.writeString(archive.resolve("Packages"), packages);
    }

    @Test
    void packageBringsWhatItDependsOn() throws IOException {
        FileTree tree = read("tool");
        assertNotNull(tree.find("/usr/bin/tool", false));
        assertNotNull(tree.find("/usr/lib/x86_64-linux-gnu/library.so", false));
        assertNull(tree.find("/unwanted", false));
    }

    @Test
    void usrIsMergedAndTheBaseIsThere() throws IOException {
        FileTree tree = read("tool");
        assertEquals("usr/bin", assertInstanceOf(SymbolicLink.class, tree.find("/bin", false)).target());
        assertEquals(01777, tree.find("/tmp", false).attributes().permissions());
        assertNotNull(tree.find("/etc/passwd", false));
    }

    /** What a package asks update-alternatives for, though no script is run. */
    @Test
    void alternativesAreLinked() throws IOException {
        FileTree tree = read("tool");
        assertEquals("/etc/alternatives/awk",
                assertInstanceOf(SymbolicLink.class, tree.find("/usr/bin/awk", false)).target());
        assertEquals("/usr/bin/mawk",
                assertInstanceOf(SymbolicLink.class, tree.find("/etc/alternatives/awk", false)).target());
    }

    @Test
    void scriptsAreNotRun() throws IOException {
        read("tool");
        assertTrue(Files.notExists(directory.resolve("script-was-run")));
    }

    @Test
    void unknownPackageIsASentence() {
        DemiException e = assertThrows(DemiException.class, () -> read("no-such-package"));
        assertEquals("there is no Debian package no-such-package in the package lists of this host", e.getMessage());
    }

    @Test
    void archiveThatCannotBeReachedIsASentence() {
        DemiException e = assertThrows(DemiException.class,
                () -> read(source("http://127.0.0.1:1/", "elsewhere", "tool")));
        assertTrue(e.getMessage().startsWith("the package lists could not be fetched: "), e.getMessage());
    }

    @Test
    void damagedPackageIsASentence() throws IOException {
        read("tool");
        Path kept = archive.resolve("tool_1.0_amd64.deb");
        byte[] bytes = Files.readAllBytes(kept);
        Files.write(kept, java.util.Arrays.copyOf(bytes, bytes.length - 30));
        assertThrows(DemiException.class, () -> read("tool"));
    }

    @Test
    void resolvedKeyChangesWithAVersionOnly() throws Exception {
        String key = source("file:" + archive + "/", "apt", "tool").resolvedKey(SILENT);
        assertEquals(key, source("file:" + archive + "/", "apt", "tool").resolvedKey(SILENT));
        Files.writeString(archive.resolve("Packages"), build("tool", "1.1", "Section: misc", "/bin/tool"));
        assertNotEquals(key, source("file:" + archive + "/", "other", "tool").resolvedKey(SILENT));
    }

    @Test
    void namesThatAreOptionsAreRefused() {
        SourceReader reader = new SourceReader(directory);
        for (String text : List.of("deb:", "deb:-o", "deb:a,,b", "deb:tool-", "deb:--version", "deb:a b", "deb:A")) {
            assertThrows(DemiException.class, () -> reader.open(text), text);
        }
    }

    private FileTree read(String name) throws IOException {
        return read(source("file:" + archive + "/", "apt", name));
    }

    private FileTree read(DebSource source) throws IOException {
        try (Spool spool = new Spool(directory)) {
            return source.read(spool, SILENT).tree();
        }
    }

    private DebSource source(String uri, String state, String name) throws IOException {
        Path list = directory.resolve("sources.list");
        Files.writeString(list, "deb [trusted=yes] " + uri + " ./\n");
        return new DebSource(List.of(name), new Apt(Files.createDirectories(directory.resolve(state)),
                List.of("-o", "Dir::Etc::sourcelist=" + list, "-o", "Dir::Etc::sourceparts=-")));
    }

    /** Builds a package of empty files with dpkg-deb; returns its paragraph for the index. */
    private String build(String name, String version, String field, String... files) throws Exception {
        Path root = directory.resolve(name + version);
        for (String file : files) {
            Path path = root.resolve(file.substring(1));
            Files.createDirectories(path.getParent());
            Files.writeString(path, name);
        }
        Path control = Files.createDirectories(root.resolve("DEBIAN"));
        String fields = "Package: " + name + "\nVersion: " + version + "\nArchitecture: amd64\n" + field
                + "\nMaintainer: nobody <nobody@localhost>\nDescription: a test\n";
        Files.writeString(control.resolve("control"), fields);
        Path script = control.resolve("postinst");
        Files.writeString(script, "#!/bin/sh\ntouch " + directory.resolve("script-was-run")
                + "\nupdate-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5\n");
        assertTrue(script.toFile().setExecutable(true, false));
        Path target = archive.resolve(name + "_" + version + "_amd64.deb");
        Process build = new ProcessBuilder("dpkg-deb", "--root-owner-group", "-b", root.toString(), target.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertEquals(0, build.waitFor());
        byte[] bytes = Files.readAllBytes(target);
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        return fields + "Filename: ./" + target.getFileName() + "\nSize: " + bytes.length + "\nSHA256: " + digest
                + "\n\n";
    }
}

package demitasse.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code demi} in a project where nothing is built yet, on hosts that lack what building needs. */
class LauncherTest {
    private static final String HOST_JDKS = "/usr/lib/jvm";
    /** What every Debian has. */
    private static final List<String> ESSENTIAL = List.of("bash", "readlink", "find", "mkdir", "flock", "touch");

    private record Result(int status, String output, String errors) {
    }

    @TempDir
    Path directory;
    private Path project;
    private Path programs;
    private Path jdks;

    /** The host's JDKs cannot be hidden, so the copy looks for them elsewhere; the rest of it is as it is. */
    @BeforeEach
    void install() throws IOException {
        project = Files.createDirectory(directory.resolve("project"));
        programs = Files.createDirectory(directory.resolve("programs"));
        jdks = Files.createDirectory(directory.resolve("jdks"));
        String script = Files.readString(Path.of("../demi"));
        assertTrue(script.contains(HOST_JDKS));
        Files.writeString(project.resolve("demi"), script.replace(HOST_JDKS, jdks.toString()));
        Files.createFile(project.resolve("pom.xml"));
        for (String name : ESSENTIAL) {
            fake(name, "PATH=/usr/bin:/bin; exec " + name + " \"$@\"");
        }
    }

    @Test
    void noJdkIsASentence() throws Exception {
        assertSentence(demi(), "a JDK of version 25 or newer is missing");
    }

    @Test
    void jdkThatIsTooOldIsNone() throws Exception {
        installJdk("jdk-17", "17.0.9");
        assertSentence(demi(), "a JDK of version 25 or newer is missing");
    }

    @Test
    void noMavenIsASentence() throws Exception {
        installJdk("jdk-25", "25.0.1");
        fake("gcc", "exit 0");
        assertSentence(demi(), "mvn is missing, which building the demi command needs");
    }

    @Test
    void noGccIsASentence() throws Exception {
        installJdk("jdk-17", "17.0.9");
        installJdk("jdk-25", "25");
        fake("mvn", "exit 0");
        assertSentence(demi(), "gcc is missing, which building the demi command needs");
    }

    @Test
    void buildThatFailsSaysWhereToLook() throws Exception {
        installJdk("jdk-25", "25.0.1");
        fake("gcc", "exit 0");
        fake("mvn", "echo why; exit 1");
        Result result = demi();
        assertEquals(125, result.status(), result.errors());
        Path log = project.resolve(".demi/build.txt");
        assertTrue(result.errors().endsWith("demi: building the demi command failed; " + log + " says why\n"),
                result.errors());
        assertEquals("why\n", Files.readString(log));
    }

    @Test
    void runBuildsTheKernelThatItStarts() throws Exception {
        installJdk("jdk-25", "25.0.1");
        fake("gcc", "exit 0");
        fake("mvn", "echo \"$@\" >> built; mkdir -p {tools,assembly}/target; touch tools/target/demitasse-tools.jar");
        for (String module : List.of("tools", "compiler", "kernel", "platform/linux", "platform/kvm", "assembly")) {
            Files.createDirectories(project.resolve(module).resolve("src/main"));
        }
        assertBuilds(List.of("-pl tools", "-pl assembly -am -Dskip.kvm"), "run", "deb:x", "--", "x", "--platform=kvm");
        assertBuilds(List.of(), "run", "--platform", "linux", "deb:x");
        assertBuilds(List.of("-pl assembly -am -Dskip.linux"), "run", "--platform", "kvm", "deb:x");
        change("platform/linux/src/main/x.c");
        assertBuilds(List.of(), "run", "--platform=kvm", "deb:x");
        assertBuilds(List.of(), "images");
        assertBuilds(List.of("-pl assembly -am -Dskip.kvm"), "run", "deb:x");
    }

    /** Written an hour from now, so that it is newer than whatever is built until then. */
    private void change(String source) throws IOException {
        Path file = Files.createFile(project.resolve(source));
        assertTrue(file.toFile().setLastModified(System.currentTimeMillis() + 3_600_000));
    }

    private void assertBuilds(List<String> expected, String... words) throws Exception {
        Path built = project.resolve("built");
        Files.deleteIfExists(built);
        Result result = demi(words);
        List<String> lines = Files.exists(built) ? Files.readAllLines(built) : List.of();
        assertEquals(expected.size(), lines.size(), result.errors());
        for (int i = 0; i < lines.size(); i++) {
            assertTrue(lines.get(i).contains(expected.get(i)), lines.get(i));
        }
    }

    private void assertSentence(Result result, String part) throws IOException {
        assertEquals(125, result.status(), result.errors());
        assertEquals("", result.output());
        assertTrue(result.errors().startsWith("demi: " + part), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        try (Stream<Path> files = Files.list(project)) {
            List<String> names = files.map(file -> file.getFileName().toString()).filter(name -> !name.equals(".demi"))
                    .sorted().toList();
            assertEquals(List.of("demi", "pom.xml"), names);
        }
    }

    private void installJdk(String name, String version) throws IOException {
        Path java = Files.createDirectories(jdks.resolve(name).resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/bash\nexit 99\n");
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(jdks.resolve(name).resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private void fake(String name, String script) throws IOException {
        Path program = Files.writeString(programs.resolve(name), "#!/bin/bash\n" + script + "\n");
        assertTrue(program.toFile().setExecutable(true));
    }

    private Result demi(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", project.resolve("demi").toString()));
        command.addAll(words.length == 0 ? List.of("version") : List.of(words));
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().keySet().retainAll(List.of("HOME"));
        builder.environment().put("PATH", programs.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output, Files.readString(errors));
    }
}

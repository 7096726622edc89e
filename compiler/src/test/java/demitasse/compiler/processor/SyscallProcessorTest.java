package demitasse.compiler.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyscallProcessorTest {
    private static final String ANNOTATION = """
            package demitasse.base.annotation;
            public @interface Syscall {
                String value();
                String[] ignores() default {};
                String[] rejects() default {};
                String note() default "";
            }
            """;
    private static final String CALL = """
            package demitasse.posix.task;
            public final class Call { public int number; public long a0, a1, a2, a3, a4, a5; }
            """;
    private static final String UNKNOWN = """
            package demitasse.syscall.table;
            import demitasse.posix.task.Call;
            final class Unknown { static long answer(Call call) { return -38; } }
            """;

    @TempDir
    Path directory;

    private final List<String> errors = new ArrayList<>();

    @Test
    void numberLeadsToItsHandlerWithArgumentsCutToItsParameters() throws Exception {
        assertTrue(compile("""
                @Syscall("read")
                static long read(Call call, int fd, long buffer, long count) { return fd * 1000 + buffer + count; }
                @Syscall("getpid")
                static long getpid(Call call) { return 7; }
                """), errors::toString);
        assertEquals(3000 + 20 + 1, dispatch(0, 0x5_0000_0003L, 20, 1));
        assertEquals(7, dispatch(39, 0, 0, 0));
    }

    @Test
    void numberWithoutHandlerIsUnknown() throws Exception {
        assertTrue(compile("@Syscall(\"getpid\") static long getpid(Call call) { return 7; }"), errors::toString);
        assertEquals(-38, dispatch(1, 0, 0, 0));
        assertEquals(-38, dispatch(-1, 0, 0, 0));
        assertEquals(-38, dispatch(1 << 20, 0, 0, 0));
    }

    @Test
    void everyCallOfLinuxHasANameAndArguments() throws Exception {
        assertTrue(compile("@Syscall(\"getpid\") static long getpid(Call call) { return 7; }"), errors::toString);
        assertEquals("openat at path flags:open mode", names("signature", 257));
        assertEquals("openat", names("name", 257));
        assertEquals("sched_yield", names("name", 24));
        assertNull(names("name", 400));
    }

    @Test
    void pageCountsAndExplains() throws IOException {
        assertTrue(compile("""
                @Syscall(value = "mmap", rejects = {"MAP_HUGETLB", "MAP_SYNC"}, ignores = "MAP_STACK",
                        note = "One | two.")
                static long mmap(Call call, long address) { return address; }
                @Syscall("getpid")
                static long getpid(Call call) { return 7; }
                """), errors::toString);
        String page = Files.readString(directory.resolve("page/syscalls.md"));
        assertTrue(page.contains("1 are supported, 1 partly, and 372 are refused"), page);
        assertTrue(page.contains("| 9 | `mmap` | partly | One \\| two. Refused: `MAP_HUGETLB`, `MAP_SYNC`."
                + " Accepted without effect: `MAP_STACK`. |"), page);
        assertTrue(page.contains("| 39 | `getpid` | supported |  |"), page);
        assertTrue(page.contains("| 57 | `fork` | refused |  |"), page);
    }

    @Test
    void callThatLinuxDoesNotHaveIsAnError() {
        assertError("@Syscall(\"reed\") static long reed(Call call) { return 0; }",
                "Linux has no system call 'reed' on x86-64.");
    }

    @Test
    void twoHandlersForOneCallAreAnError() {
        assertError("""
                @Syscall("getpid") static long one(Call call) { return 1; }
                @Syscall("getpid") static long two(Call call) { return 2; }
                """, "getpid has a handler already: Handlers.one.");
    }

    @Test
    void malformedHandlersAreErrors() {
        assertError("@Syscall(\"getpid\") long getpid(Call call) { return 1; }", "must be static");
        assertError("@Syscall(\"getpid\") private static long getpid(Call call) { return 1; }",
                "must be visible in its package");
        assertError("@Syscall(\"getpid\") static int getpid(Call call) { return 1; }", "must return long");
        assertError("@Syscall(\"getpid\") static long getpid() { return 1; }", "must take a demitasse.posix.task.Call");
        assertError("@Syscall(\"close\") static long close(Call call, short fd) { return 1; }",
                "may take int and long arguments only");
        assertError("@Syscall(\"close\") static long close(Call call, int fd, int more) { return 1; }",
                "takes 2 arguments, but close(2) has 1");
    }

    private void assertError(String handlers, String message) {
        errors.clear();
        assertFalse(compile(handlers), "compiled: " + handlers);
        assertTrue(errors.stream().anyMatch(error -> error.contains(message)), errors::toString);
    }

    private boolean compile(String handlers) {
        String source = """
                package demitasse.syscall.test;
                import demitasse.base.annotation.Syscall;
                import demitasse.posix.task.Call;
                final class Handlers {
                """ + handlers + "}\n";
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JavaCompiler.CompilationTask task = javac.getTask(null, null, diagnostics,
                List.of("-d", directory.toString(), "-Asyscalls.page=" + directory.resolve("page/syscalls.md")), null,
                List.of(unit("Syscall", ANNOTATION), unit("Call", CALL), unit("Unknown", UNKNOWN),
                        unit("Handlers", source)));
        task.setProcessors(List.of(new SyscallProcessor()));
        boolean good = task.call();
        errors.addAll(diagnostics.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getMessage(null)).collect(Collectors.toList()));
        return good;
    }

    private static JavaFileObject unit(String name, String text) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private long dispatch(int number, long a0, long a1, long a2) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Class<?> type = loader.loadClass("demitasse.posix.task.Call");
            Object call = type.getConstructor().newInstance();
            type.getField("number").setInt(call, number);
            type.getField("a0").setLong(call, a0);
            type.getField("a1").setLong(call, a1);
            type.getField("a2").setLong(call, a2);
            return (long) loader.loadClass("demitasse.syscall.table.SyscallTable")
                    .getMethod("dispatch", type).invoke(null, call);
        }
    }

    private Object names(String method, int number) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            return loader.loadClass("demitasse.syscall.table.SyscallNames")
                    .getMethod(method, int.class).invoke(null, number);
        }
    }
}

package demitasse.test.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** A file fits in the head, a method on the screen. */
class SizeTest {
    private static final int FILE_LINES_MAX = 600;
    private static final int METHOD_LINES_MAX = 50;

    /** Files that are one long table and would not get better by being cut; the number is their own limit. */
    private static final Map<String, Integer> TABLES = Map.of();

    @Test
    void filesAreAtMost600Lines() {
        List<String> found = new ArrayList<>();
        for (Path file : Sources.filesEndingIn(".java", ".c", ".h", ".S")) {
            int limit = TABLES.getOrDefault(Sources.name(file), FILE_LINES_MAX);
            int lines = Sources.lines(file).size();
            if (lines > limit) {
                found.add(Sources.name(file) + ": " + lines + " lines, more than " + limit);
            }
        }
        assertEquals("", String.join("\n", found));
    }

    @Test
    void methodsAreAtMost50Lines() throws IOException {
        List<String> found = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromPaths(Sources.java());
            JavacTask task = (JavacTask) compiler.getTask(null, files, diagnostic -> { }, null, null, units);
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new LongMethods(unit, positions, found).scan(unit, null);
            }
        }
        assertEquals("", String.join("\n", found));
    }

    private static final class LongMethods extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;

        LongMethods(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (method.getBody() != null) {
                long first = line(positions.getStartPosition(unit, method.getBody()));
                long last = line(positions.getEndPosition(unit, method.getBody()));
                if (last - first + 1 > METHOD_LINES_MAX) {
                    found.add(Sources.name(Path.of(unit.getSourceFile().toUri())) + ": " + method.getName() + " has "
                            + (last - first + 1) + " lines, more than " + METHOD_LINES_MAX);
                }
            }
            return super.visitMethod(method, nothing);
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}

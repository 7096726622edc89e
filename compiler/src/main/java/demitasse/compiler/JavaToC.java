package demitasse.compiler;

import demitasse.compiler.plugin.KernelPlugin;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.teavm.diagnostics.DefaultProblemTextConsumer;
import org.teavm.diagnostics.Problem;
import org.teavm.model.CallLocation;
import org.teavm.tooling.EmptyTeaVMToolLog;
import org.teavm.tooling.TeaVMTargetType;
import org.teavm.tooling.TeaVMTool;
import org.teavm.tooling.TeaVMToolException;
import org.teavm.vm.TeaVMOptimizationLevel;

/** Class files in, C files out: one run of TeaVM. */
final class JavaToC {
    private static final int UNUSED_HEAP_BYTES = 1 << 20;

    private final ImageRequest request;

    JavaToC(ImageRequest request) {
        this.request = request;
    }

    void generate(Path target) {
        TeaVMTool tool = new TeaVMTool();
        tool.setTargetType(TeaVMTargetType.C);
        tool.setMainClass(request.mainClass());
        tool.setEntryPointName("teavm_main");
        tool.setTargetDirectory(target.toFile());
        tool.setOptimizationLevel(TeaVMOptimizationLevel.ADVANCED);
        tool.setObfuscated(false);
        tool.setDebugInformationGenerated(true);
        tool.setShortFileNames(true);
        // The platform decides at boot; the runtime ignores the numbers in the generated main.
        tool.setMinHeapSize(UNUSED_HEAP_BYTES);
        tool.setMaxHeapSize(UNUSED_HEAP_BYTES);
        tool.setLog(new EmptyTeaVMToolLog());
        tool.getProperties().setProperty(KernelPlugin.FAST_FUNCTIONS, request.fastFunctions().toString());
        tool.setClassPath(request.classPath().stream().map(Path::toFile).toList());
        try (URLClassLoader loader = new URLClassLoader(urls(), JavaToC.class.getClassLoader())) {
            tool.setClassLoader(loader);
            tool.generate();
        } catch (TeaVMToolException | IOException e) {
            throw new CompileException("TeaVM could not translate " + request.mainClass() + ": " + e.getMessage(), e);
        }
        report(tool.getProblemProvider().getSevereProblems());
    }

    private URL[] urls() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path entry : request.classPath()) {
            urls.add(entry.toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    private void report(List<Problem> problems) {
        if (problems.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(request.mainClass() + " cannot become an image:");
        for (Problem problem : problems) {
            DefaultProblemTextConsumer consumer = new DefaultProblemTextConsumer();
            problem.render(consumer);
            text.append("\n  ").append(consumer.getText());
            CallLocation location = problem.getLocation();
            if (location != null) {
                text.append(" (in ").append(location.getMethod());
                if (location.getSourceLocation() != null && !location.getSourceLocation().isEmpty()) {
                    text.append(", ").append(location.getSourceLocation());
                }
                text.append(")");
            }
        }
        throw new CompileException(text.toString());
    }
}

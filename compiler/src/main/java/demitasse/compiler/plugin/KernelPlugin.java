package demitasse.compiler.plugin;

import java.nio.file.Path;
import org.teavm.backend.c.CTarget;
import org.teavm.backend.c.TeaVMCHost;
import org.teavm.vm.TeaVM;
import org.teavm.vm.TeaVMPhase;
import org.teavm.vm.TeaVMProgressFeedback;
import org.teavm.vm.TeaVMProgressListener;
import org.teavm.vm.spi.TeaVMHost;
import org.teavm.vm.spi.TeaVMPlugin;

/** What TeaVM must do otherwise for a kernel; found by TeaVM through {@code META-INF/services}. */
public final class KernelPlugin implements TeaVMPlugin {
    /** The property of TeaVM that says where to write the names of functions that are to be fast. */
    public static final String FAST_FUNCTIONS = "demitasse.fastFunctions";

    @Override
    public void install(TeaVMHost host) {
        host.add(new RuntimeReplacement());
        host.add(new ArithmeticRepair());
        host.add(new InitialiserRemoval());
        host.add(new ThrowableNames());
        host.add(new ThrownTypes());
        HandlerRemoval handlers = new HandlerRemoval();
        host.add(handlers);
        host.add(new KernelRules(handlers.catches()));
        CollectionPoints.Finder points = new CollectionPoints.Finder();
        host.add(points);
        CTarget target = (CTarget) host.getExtension(TeaVMCHost.class);
        host.add(new FastPaths(target, Path.of(host.getProperties().getProperty(FAST_FUNCTIONS))));
        ((TeaVM) host).setProgressListener(new Progress(() -> points.found().install(target)));
    }

    /** TeaVM reports progress before and after each method; nothing else tells that it compiles now. */
    private static final class Progress implements TeaVMProgressListener {
        private final Runnable whileCompiling;
        private boolean compiling;

        Progress(Runnable whileCompiling) {
            this.whileCompiling = whileCompiling;
        }

        @Override
        public TeaVMProgressFeedback phaseStarted(TeaVMPhase phase, int count) {
            compiling = phase == TeaVMPhase.COMPILING;
            return TeaVMProgressFeedback.CONTINUE;
        }

        @Override
        public TeaVMProgressFeedback progressReached(int progress) {
            if (compiling) {
                whileCompiling.run();
            }
            return TeaVMProgressFeedback.CONTINUE;
        }
    }
}

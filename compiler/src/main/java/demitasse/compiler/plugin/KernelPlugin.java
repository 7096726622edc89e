package demitasse.compiler.plugin;

import org.teavm.vm.spi.TeaVMHost;
import org.teavm.vm.spi.TeaVMPlugin;

/** What TeaVM must do otherwise for a kernel; found by TeaVM through {@code META-INF/services}. */
public final class KernelPlugin implements TeaVMPlugin {
    @Override
    public void install(TeaVMHost host) {
        host.add(new RuntimeReplacement());
        host.add(new DivisionRepair());
        host.add(new InitialiserRemoval());
        host.add(new ThrowableNames());
        host.add(new ThrownTypes());
        HandlerRemoval handlers = new HandlerRemoval();
        host.add(handlers);
        host.add(new KernelRules(handlers.catches()));
    }
}

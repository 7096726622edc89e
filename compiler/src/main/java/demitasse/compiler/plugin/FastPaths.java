package demitasse.compiler.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.teavm.backend.c.CTarget;
import org.teavm.backend.lowlevel.generate.NameProvider;
import org.teavm.dependency.AbstractDependencyListener;
import org.teavm.dependency.DependencyAgent;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;

/**
 * Finds what {@code @HotPath} and {@code @WarmPath} methods reach up to {@code @ColdPath}, and writes the names that
 * these methods have in the generated C. All others are compiled for size.
 */
final class FastPaths extends AbstractDependencyListener {
    private static final String WARM_PATH = "demitasse.base.annotation.WarmPath";
    private static final String HANDLER = "demitasse.base.annotation.Syscall";
    /** Of the classes that the annotation processor makes, one for each package of handlers. */
    private static final String HANDLERS = "demitasse.syscall.";
    private static final String STUBS = "Calls";
    /** The collector and the allocator, which are called by no call that the analysis sees. */
    private static final String RUNTIME = "org.teavm.runtime.";

    private final CTarget target;
    private final Path names;
    private DependencyAgent agent;

    FastPaths(CTarget target, Path names) {
        this.target = target;
        this.names = names;
    }

    @Override
    public void started(DependencyAgent newAgent) {
        agent = newAgent;
    }

    @Override
    public void complete() {
        NameProvider provider = nameProvider();
        Set<String> lines = new TreeSet<>();
        for (MethodReference method : reached()) {
            lines.add(provider.forMethod(method));
        }
        try {
            Files.write(names, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<MethodReference> reached() {
        Set<MethodReference> reached = new HashSet<>();
        Deque<MethodReference> queue = new ArrayDeque<>();
        for (MethodReference reference : agent.getReachableMethods()) {
            if (isRoot(KernelRules.method(agent, reference)) && reached.add(reference)) {
                queue.add(reference);
            }
        }
        CallEdges edges = new CallEdges(agent);
        while (!queue.isEmpty()) {
            MethodReference caller = queue.remove();
            LiveCode.read(KernelRules.method(agent, caller).getProgram(), new LiveCode.Visitor() {
                @Override
                public void calls(TextLocation location, MethodReference called) {
                    for (MethodReference callee : edges.targets(caller, location, called)) {
                        if (isEntered(KernelRules.method(agent, callee)) && reached.add(callee)) {
                            queue.add(callee);
                        }
                    }
                }
            });
        }
        return reached;
    }

    private static boolean isRoot(MethodReader method) {
        return method != null && method.getProgram() != null && (method.getOwnerName().startsWith(RUNTIME)
                || method.getAnnotations().get(KernelRules.HOT_PATH) != null
                || method.getAnnotations().get(WARM_PATH) != null);
    }

    /** The table of system calls leads to all handlers; those that are to be fast are roots themselves. */
    private boolean isEntered(MethodReader method) {
        return method != null && method.getProgram() != null && !KernelRules.isCold(agent, method)
                && method.getAnnotations().get(HANDLER) == null && !isStubOfSlow(method);
    }

    /** What stands between the table and a handler that need not be fast: gcc puts the handler into it. */
    private boolean isStubOfSlow(MethodReader method) {
        if (!method.getOwnerName().startsWith(HANDLERS) || !method.getOwnerName().endsWith(STUBS)) {
            return false;
        }
        boolean[] slow = {false};
        LiveCode.read(method.getProgram(), new LiveCode.Visitor() {
            @Override
            public void calls(TextLocation location, MethodReference called) {
                MethodReader handler = KernelRules.method(agent, called);
                slow[0] |= handler != null && handler.getAnnotations().get(HANDLER) != null && !isRoot(handler);
            }
        });
        return slow[0];
    }

    /** The same object that the target asks, so that names which it had to make unique are the same. */
    private NameProvider nameProvider() {
        try {
            Field provider = CTarget.class.getDeclaredField("rawNameProvider");
            provider.setAccessible(true);
            return (NameProvider) provider.get(target);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This TeaVM keeps its names elsewhere.", e);
        }
    }
}

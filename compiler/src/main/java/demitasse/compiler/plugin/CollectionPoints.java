package demitasse.compiler.plugin;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.teavm.backend.c.CTarget;
import org.teavm.dependency.AbstractDependencyListener;
import org.teavm.dependency.DependencyAgent;
import org.teavm.interop.Unmanaged;
import org.teavm.model.ClassReaderSource;
import org.teavm.model.ElementModifier;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;
import org.teavm.model.lowlevel.Characteristics;
import org.teavm.model.lowlevel.ShadowStackTransformer;

/**
 * Finds the methods below which the collector cannot run, and lets TeaVM treat calls of them as it treats
 * unmanaged ones: the caller stores no references into the shadow stack for such a call, and the method
 * itself has no frame. Hot paths allocate nothing, so all of them become plain C.
 *
 * <p>Only the shadow stack is told. Null and bounds checks stay, which the annotation {@code @Unmanaged}
 * would drop; so TeaVM's answer cannot be changed for all, and the one consumer is exchanged by reflection.
 *
 * <p>An allocation on the way to a throw does not count. If the collector runs there it may take objects
 * that the method holds, but the next thing that happens is the panic.
 */
final class CollectionPoints extends Characteristics {
    private static final MethodDescriptor INITIALISER = new MethodDescriptor("<clinit>", void.class);
    /** Owners of methods without a body that are translated into plain C. */
    static final Set<String> PLAIN = Set.of("java.lang.Integer", "java.lang.Long", "java.lang.Math",
            "java.lang.Short", "java.lang.Character", "java.lang.Byte");
    /** The allocator itself: annotated as unmanaged, and what all this is about. */
    private static final Set<String> COLLECTING = Set.of("org.teavm.runtime.GC", "org.teavm.runtime.Allocator",
            "org.teavm.runtime.ExceptionHandling");

    /** The generated main runs this class's initialiser itself. */
    private static final String INITIALISED = "java.lang.String";

    private final ClassReaderSource classes;
    private final Set<MethodReference> quiet;
    private final ShadowStackTransformer transformer = new ShadowStackTransformer(this);

    private CollectionPoints(ClassReaderSource classes, Set<MethodReference> quiet) {
        super(classes);
        this.classes = classes;
        this.quiet = quiet;
    }

    /** To be called before each method: the target sets itself up twice on the way, and forgets. */
    void install(CTarget target) {
        try {
            Field consumer = CTarget.class.getDeclaredField("shadowStackTransformer");
            consumer.setAccessible(true);
            if (consumer.get(target) != transformer) {
                consumer.set(target, transformer);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This TeaVM keeps its shadow stack elsewhere.", e);
        }
    }

    /** Runs the analysis when TeaVM's own is complete. */
    static final class Finder extends AbstractDependencyListener {
        private DependencyAgent agent;
        private CollectionPoints found;

        @Override
        public void started(DependencyAgent newAgent) {
            agent = newAgent;
        }

        @Override
        public void complete() {
            found = new CollectionPoints(agent.getClassSource(), new Analysis(agent).quietMethods());
        }

        CollectionPoints found() {
            return found;
        }
    }

    @Override
    public boolean isManaged(MethodReference method) {
        MethodReader implementation = classes.resolve(method);
        return super.isManaged(method)
                && (implementation == null || !quiet.contains(implementation.getReference()));
    }

    private static final class Analysis {
        private final DependencyAgent agent;
        private final Characteristics characteristics;
        private final CallEdges edges;
        private final Map<MethodReference, Set<MethodReference>> callers = new HashMap<>();
        private final Set<MethodReference> loud = new HashSet<>();
        private final Map<MethodReference, MethodReader> methods = new HashMap<>();

        Analysis(DependencyAgent agent) {
            this.agent = agent;
            this.characteristics = new Characteristics(agent.getClassSource());
            this.edges = new CallEdges(agent);
        }

        Set<MethodReference> quietMethods() {
            for (MethodReference reference : agent.getReachableMethods()) {
                MethodReader method = KernelRules.method(agent, reference);
                if (method != null) {
                    methods.put(reference, method);
                }
            }
            methods.values().forEach(this::read);
            spread();
            Set<MethodReference> quiet = new HashSet<>();
            for (MethodReader method : methods.values()) {
                if (isQuietInAllSubclasses(method)) {
                    quiet.add(method.getReference());
                }
            }
            return quiet;
        }

        private void read(MethodReader method) {
            MethodReference self = method.getReference();
            if (method.getProgram() == null) {
                if (!method.hasModifier(ElementModifier.ABSTRACT) && !isPlain(method)) {
                    loud.add(self);
                }
                return;
            }
            if (COLLECTING.contains(self.getClassName())) {
                loud.add(self);
                return;
            }
            if (method.hasModifier(ElementModifier.STATIC) || self.getName().equals("<init>")) {
                initialises(self, self.getClassName());
            }
            LiveCode.read(method.getProgram(), new LiveCode.Visitor() {
                @Override
                public void allocates(TextLocation location, String what) {
                    loud.add(self);
                }

                @Override
                public void mayAllocate(TextLocation location) {
                    loud.add(self);
                }

                @Override
                public void calls(TextLocation location, MethodReference called) {
                    Analysis.this.calls(self, location, called);
                }

                @Override
                public void initialises(TextLocation location, String className) {
                    Analysis.this.initialises(self, className);
                }
            });
        }

        private void calls(MethodReference self, TextLocation location, MethodReference called) {
            if (characteristics.isFunction(called.getClassName())) {
                loud.add(self);     // a C function pointer may lead anywhere
                return;
            }
            for (MethodReference target : edges.targets(self, location, called)) {
                if (!methods.containsKey(target) && !isHarmless(target)) {
                    loud.add(self);
                }
                callers.computeIfAbsent(target, t -> new HashSet<>()).add(self);
            }
        }

        /** A target that the analysis has not reached: plain C, or abstract and overridden by nobody who lives. */
        private boolean isHarmless(MethodReference target) {
            MethodReader method = KernelRules.method(agent, target);
            return method != null && method.getProgram() == null
                    && (method.hasModifier(ElementModifier.ABSTRACT) || isPlain(method));
        }

        private void initialises(MethodReference self, String className) {
            MethodReference initialiser = new MethodReference(className, INITIALISER);
            if (KernelRules.method(agent, initialiser) != null && !characteristics.isStaticInit(className)
                    && !self.equals(initialiser) && !className.equals(INITIALISED)) {
                if (!methods.containsKey(initialiser)) {
                    loud.add(self);
                }
                callers.computeIfAbsent(initialiser, t -> new HashSet<>()).add(self);
            }
        }

        private boolean isPlain(MethodReader method) {
            String owner = method.getOwnerName();
            String unmanaged = Unmanaged.class.getName();
            return !COLLECTING.contains(owner) && (owner.startsWith("org.teavm.interop.") || PLAIN.contains(owner)
                    || method.getAnnotations().get(unmanaged) != null
                    || agent.getClassSource().get(owner).getAnnotations().get(unmanaged) != null);
        }

        /** Whoever calls a loud method is loud. */
        private void spread() {
            Deque<MethodReference> queue = new ArrayDeque<>(loud);
            while (!queue.isEmpty()) {
                for (MethodReference caller : callers.getOrDefault(queue.remove(), Set.of())) {
                    if (loud.add(caller)) {
                        queue.add(caller);
                    }
                }
            }
        }

        /** A virtual call names the declared method, and may arrive at any that overrides it. */
        private boolean isQuietInAllSubclasses(MethodReader method) {
            return edges.family(method).stream().noneMatch(loud::contains);
        }
    }
}

package demitasse.compiler.plugin;

import java.util.stream.Stream;
import org.teavm.dependency.DependencyAgent;
import org.teavm.interop.Unmanaged;
import org.teavm.model.CallLocation;
import org.teavm.model.ElementModifier;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;
import org.teavm.model.lowlevel.Characteristics;

/**
 * Holds {@code @Unmanaged} methods to their word. TeaVM trusts them: it saves no references around a call of one, so an
 * allocation inside would collect garbage with roots missing, and corrupt the heap much later.
 */
final class UnmanagedCheck {
    private static final MethodDescriptor INITIALISER = new MethodDescriptor("<clinit>", void.class);

    private final DependencyAgent agent;
    private final CallEdges edges;
    private final Characteristics characteristics;

    UnmanagedCheck(DependencyAgent agent) {
        this.agent = agent;
        this.edges = new CallEdges(agent);
        this.characteristics = new Characteristics(agent.getClassSource());
    }

    boolean concerns(MethodReader method) {
        return method.getProgram() != null && KernelRules.isOurs(method.getOwnerName()) && isUnmanaged(method);
    }

    void verify(MethodReader method) {
        MethodReference self = method.getReference();
        if (method.hasModifier(ElementModifier.STATIC)) {
            // A static method begins with the flag test of its own class.
            verifyInitialiser(self, TextLocation.EMPTY, self.getClassName());
        }
        LiveCode.read(method.getProgram(), new LiveCode.Visitor() {
            @Override
            public void allocates(TextLocation location, String what) {
                report(self, location, "allocates (" + what + ")");
            }

            @Override
            public void calls(TextLocation location, MethodReference called) {
                for (MethodReference target : edges.targets(self, location, called)) {
                    if (isManaged(target)) {
                        report(self, location, "calls " + target + ", which is not @Unmanaged");
                    }
                }
            }

            @Override
            public void initialises(TextLocation location, String className) {
                verifyInitialiser(self, location, className);
            }
        });
    }

    private void verifyInitialiser(MethodReference self, TextLocation location, String className) {
        MethodReader initialiser = KernelRules.method(agent, new MethodReference(className, INITIALISER));
        if (initialiser == null || initialiser.getProgram() == null || characteristics.isStaticInit(className)
                || INITIALISER.equals(self.getDescriptor())) {
            return;
        }
        boolean[] found = new boolean[1];
        LiveCode.read(initialiser.getProgram(), new LiveCode.Visitor() {
            @Override
            public void allocates(TextLocation unused, String what) {
                found[0] = true;
            }
        });
        if (found[0]) {
            report(self, location, "may run the initialiser of " + className + ", which allocates (@StaticInit would run it"
                    + " at start)");
        }
    }

    private boolean isManaged(MethodReference method) {
        MethodReader reader = KernelRules.method(agent, method);
        return reader != null && reader.getProgram() != null && characteristics.isManaged(method);
    }

    private boolean isUnmanaged(MethodReader method) {
        return Stream.of(method.getAnnotations(), agent.getClassSource().get(method.getOwnerName()).getAnnotations())
                .anyMatch(annotations -> annotations.get(Unmanaged.class.getName()) != null);
    }

    private void report(MethodReference method, TextLocation location, String deed) {
        agent.getDiagnostics().error(new CallLocation(method, location), "An @Unmanaged method " + deed + ".");
    }
}

package demitasse.compiler.plugin;

import org.teavm.dependency.AbstractDependencyListener;
import org.teavm.dependency.DependencyAgent;
import org.teavm.dependency.MethodDependency;
import org.teavm.model.MethodReference;
import org.teavm.runtime.ExceptionHandling;

/**
 * Tells TeaVM's analysis which classes reach the end of a throw. It follows a thrown object from the throw
 * to its handlers, never into the runtime, so the panic would call methods that were left out.
 */
final class ThrownTypes extends AbstractDependencyListener {
    private static final MethodReference THROW = new MethodReference(ExceptionHandling.class, "throwException",
            Throwable.class, void.class);

    @Override
    public void methodReached(DependencyAgent agent, MethodDependency method) {
        String owner = method.getReference().getClassName();
        if (method.getReference().getName().equals("<init>")
                && agent.getClassHierarchy().isSuperType("java.lang.Throwable", owner, false)) {
            agent.linkMethod(THROW).propagateClass(1, owner).use();
        }
    }
}

package demitasse.compiler.plugin;

import java.util.Map;
import java.util.TreeMap;
import org.teavm.dependency.AbstractDependencyListener;
import org.teavm.dependency.DependencyAgent;
import org.teavm.dependency.MethodDependency;
import org.teavm.interop.Unmanaged;
import org.teavm.model.CallLocation;
import org.teavm.model.ClassReader;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;

/** Runs the checks of a whole program, once TeaVM knows what is reachable. */
final class KernelRules extends AbstractDependencyListener {
    static final String HOT_PATH = "demitasse.base.annotation.HotPath";
    static final String COLD_PATH = "demitasse.base.annotation.ColdPath";

    private final Map<MethodReference, TextLocation> catches;
    private final Map<String, MethodReader> reached = new TreeMap<>();
    private DependencyAgent agent;

    KernelRules(Map<MethodReference, TextLocation> catches) {
        this.catches = catches;
    }

    /** Whether the rules of the project hold for a class; Java's and TeaVM's own cannot follow them. */
    static boolean isOurs(String className) {
        return className.startsWith("demitasse.");
    }

    @Override
    public void started(DependencyAgent newAgent) {
        agent = newAgent;
    }

    @Override
    public void methodReached(DependencyAgent unused, MethodDependency method) {
        if (method.getMethod() != null) {
            reached.put(method.getReference().toString(), method.getMethod());
        }
    }

    @Override
    public void complete() {
        AllocationCheck hotPaths = new AllocationCheck(agent, AllocationCheck.Rule.HOT_PATH);
        AllocationCheck unmanaged = new AllocationCheck(agent, AllocationCheck.Rule.UNMANAGED);
        for (MethodReader method : reached.values()) {
            MethodReference reference = method.getReference();
            if (catches.containsKey(reference)) {
                agent.getDiagnostics().error(new CallLocation(reference, catches.get(reference)),
                        "A catch clause can never run in a kernel: what is thrown ends in a panic.");
            }
            verifyArrays(method);
            if (method.getAnnotations().get(HOT_PATH) != null) {
                hotPaths.verify(reference);
            }
            if (isOurs(reference.getClassName()) && isUnmanaged(method)) {
                unmanaged.verify(reference);
            }
        }
    }

    private boolean isUnmanaged(MethodReader method) {
        String unmanaged = Unmanaged.class.getName();
        return method.getAnnotations().get(unmanaged) != null
                || agent.getClassSource().get(method.getOwnerName()).getAnnotations().get(unmanaged) != null;
    }

    /** TeaVM's allocator keeps the outer array in a C variable, where a collection for an inner one does not see it. */
    private void verifyArrays(MethodReader method) {
        if (method.getProgram() == null) {
            return;
        }
        LiveCode.read(method.getProgram(), new LiveCode.Visitor() {
            @Override
            public void allocatesNested(TextLocation location) {
                agent.getDiagnostics().error(new CallLocation(method.getReference(), location), "new T[a][b] loses the"
                        + " outer array when a collection runs in between; allocate the rows one by one.");
            }
        });
    }

    /** Whether a method, or all of its package, is rarely called; walks from fast methods do not enter it. */
    static boolean isCold(DependencyAgent agent, MethodReader method) {
        if (method.getAnnotations().get(COLD_PATH) != null) {
            return true;
        }
        String owner = method.getOwnerName();
        ClassReader packageInfo = isOurs(owner)
                ? agent.getClassSource().get(owner.substring(0, owner.lastIndexOf('.')) + ".package-info") : null;
        return packageInfo != null && packageInfo.getAnnotations().get(COLD_PATH) != null;
    }

    /** The method as it stands in the analysed program, or null. */
    static MethodReader method(DependencyAgent agent, MethodReference reference) {
        ClassReader owner = agent.getClassSource().get(reference.getClassName());
        return owner == null ? null : owner.getMethod(reference.getDescriptor());
    }
}
